import { Subject, VirtualAction, VirtualTimeScheduler, firstValueFrom } from 'rxjs';
import type { Subscription } from 'rxjs';
import { join, split } from '../../../../src/model/envelope.js';
import type { Envelope, Nack } from '../../../../src/model/envelope.js';
import { FatalError, GatewayError, Refused, Unavailable } from '../../../../src/model/errors.js';
import type { Kept } from '../../../../src/model/message.js';
import { buffer } from '../../../../src/operators/buffer/buffer.js';
import { messageText } from '../../../../src/operators/buffer/message-text.js';
import { StoreFull } from '../../../../src/operators/buffer/store-full.js';
import { add, noFacts } from '../../../../src/operators/tally.js';
import { shiftedClock } from '../../../shifted-clock.js';
import { nameOf, reading, silent } from '../rig.js';
import { gate } from './gate.js';
import type { Gate } from './gate.js';
import { DEFER, model } from './model.js';
import type { Setup } from './model.js';
import type { Place } from './places.js';

export type How = 'ack' | 'refused' | 'unavailable';

/** Where the process dies within a call to its store: before it, after it (nobody has heard of it), or so many turns of the event loop into it. */
export type Moment = 'before' | 'after' | number;

const GRACE = 3_000;
/** Bytes of a row beside its text. */
const OVERHEAD = 32;

const nackOf = (how: 'refused' | 'unavailable'): Nack =>
  how === 'refused' ? new Refused('PLATFORM_REFUSED', 'never') : new Unavailable('DEVICE_DEFERRED', 'not now');

const nextTurn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

/** The real buffer on virtual time, with a person at either end, a gate in front of its store, and the model that looks on. */
export const bench = async (setup: Setup, place: Place, { isOpen = false } = {}) => {
  const scheduler = new VirtualTimeScheduler(VirtualAction);
  const clock = shiftedClock(scheduler);
  const it = model(setup, { wall: () => clock.now(), time: () => scheduler.now() });
  const fail = (text: string): void => void it.broken.push(text);
  let serial = 0;
  let life = 0;
  let open: Envelope<Kept>[] = [];
  let sums = noFacts;
  let source = new Subject<Envelope<Kept>>();
  let subscription: Subscription;
  let state: 'running' | 'closing' | 'over' | 'failed' = 'running';
  let door: Gate | undefined;

  const start = async (): Promise<void> => {
    const store = await place.open();
    const rows = await firstValueFrom(store.read(0, 100_000, []));
    it.reopened(store.opened, rows, door?.call()?.batch);
    open = [];
    sums = noFacts;
    state = 'running';
    source = new Subject();
    life += 1;
    const mine = life;
    const now = (what: string): void => {
      if (mine !== life) fail(`after its end the buffer ${what}`);
    };
    const made = gate(
      {
        commits: (batch) => {
          now('commits');
          it.commits(batch);
        },
        committed: it.committed,
        lettered: (letters) => it.lettered(letters.map(({ message }) => message)),
        overlap: () => fail('two calls to the store at a time'),
      },
      isOpen,
    );
    door = made;
    subscription = source
      .pipe(
        buffer(made.watched(store), {
          ...setup,
          deadLetters: made.letters,
          log: silent,
          fact: (fact) => (sums = add(sums, fact)),
          deferFor: () => DEFER,
          grace: GRACE,
          scheduler: clock,
        }),
      )
      .subscribe({
        next: (item) => {
          now('hands something on');
          open.push(item);
          it.handedOn(item.value);
        },
        error: (error: unknown) => {
          state = 'failed';
          // The one thing that may happen here: no number is left for another row.
          const isOut = it.lastId() + it.waits() > Number.MAX_SAFE_INTEGER;
          if (!(error instanceof FatalError && isOut)) fail(`the buffer fails: ${String(error)}`);
        },
        complete: () => (state = 'over'),
      });
  };

  const settle = (item: Envelope<Kept>, how: How): void => {
    open = open.filter((one) => one !== item);
    it.settled(item.value, how === 'ack' ? 'ack' : nackOf(how));
    if (how === 'ack') item.ack();
    else item.nack(nackOf(how));
  };

  const finish = async (): Promise<void> => {
    await door?.call()?.finish();
  };
  const drain = async (): Promise<void> => {
    for (let calls = 0; door?.call() !== undefined; calls += 1) {
      if (calls > 2_000) {
        fail('the buffer does not come to rest');
        return;
      }
      await finish();
    }
  };
  const pass = (ms: number): void => {
    scheduler.maxFrames = scheduler.now() + ms;
    const tick = scheduler.schedule(() => undefined, ms);
    scheduler.flush();
    tick.unsubscribe();
    it.aged();
  };
  /** Until a second has passed in which nothing was asked of the storage. */
  const rest = async (): Promise<void> => {
    await drain();
    const waits = [20, 20, 1_000, 20];
    for (let i = 0, calls = 0; i < waits.length && calls < 2_000; i += 1) {
      pass(waits[i]!);
      if (door?.call() === undefined) continue;
      i = -1;
      calls += 1;
      await drain();
    }
    if (state === 'running' || state === 'closing') it.rests(sums);
  };
  const restart = async (stop: () => Promise<void>): Promise<void> => {
    const before = open;
    subscription.unsubscribe();
    life += 1;
    it.ended();
    // Whoever is left downstream speaks to nobody.
    for (const item of before.slice(0, 2)) item.ack();
    for (const item of before.slice(2, 4)) item.nack(nackOf('unavailable'));
    await stop();
    pass(1);
    await start();
  };

  await start();
  return {
    it,
    count: () => open.length,
    state: () => state,
    call: () => door?.call()?.kind,
    send: (device: string, padding: number): string => {
      const message = reading(device, (serial += 1), '-'.repeat(padding));
      const name = nameOf(message);
      it.sent(message, messageText()(message).body.length + message.device.length + OVERHEAD);
      source.next({ value: message, ack: () => it.acknowledged(name), nack: () => it.nacked(name) });
      return name;
    },
    settle: (which: number, how: How): string => {
      const item = open[which % open.length]!;
      settle(item, how);
      return nameOf(item.value);
    },
    /** As the sink does: parts of several messages in one publish, which is halved while the platform refuses it. */
    publish: (most: number, parts: number, poison: readonly number[]): void => {
      const items = open.filter(({ value }) => value.kind === 'data').slice(0, most);
      open = open.filter((one) => !items.includes(one));
      const watched = items.map(({ value, ack, nack }): Envelope<Kept> => ({
        value,
        ack: () => {
          it.settled(value, 'ack');
          ack();
        },
        nack: (why) => {
          it.settled(value, why);
          nack(why);
        },
      }));
      const all = watched.flatMap((item) =>
        split(
          item,
          Array.from({ length: parts }, (_, i) => i),
        ),
      );
      const bad = new Set(poison.map((i) => all[i % all.length]));
      const deliver = (pack: readonly Envelope<number>[]): void => {
        if (!pack.some((part) => bad.has(part))) join(pack, undefined).ack();
        else if (pack.length === 1) join(pack, undefined).nack(nackOf('refused'));
        else [pack.slice(0, pack.length >> 1), pack.slice(pack.length >> 1)].forEach(deliver);
      };
      if (all.length > 0) deliver(all);
    },
    finish,
    breakDown: (how: 'full' | 'failed'): void => {
      if (how === 'full') it.full();
      door?.call()?.fail(how === 'full' ? new StoreFull() : new GatewayError('STORAGE_FAILED', 'an I/O error'));
    },
    pass,
    jump: (ms: number): void => {
      it.aged();
      clock.shift(ms);
      it.aged();
    },
    rest,
    close: (): void => {
      state = 'closing';
      it.closes();
      source.complete();
    },
    reopen: async (): Promise<void> => {
      await rest();
      pass(GRACE);
      await drain();
      if (state === 'closing') fail(`the buffer is ${state}, and its grace is over`);
      await restart(place.close);
    },
    crash: (moment: Moment): Promise<void> =>
      restart(async () => {
        const call = door?.call();
        let running: Promise<void> | undefined;
        if (moment !== 'before') running = call?.die();
        if (moment === 'after') await running;
        else for (let turn = 0; turn < Number(moment); turn += 1) await nextTurn();
        await place.kill(running);
      }),
    /** Everything is delivered, and the store is empty. */
    empty: async (): Promise<void> => {
      for (let i = 0; i < 300 && it.broken.length === 0; i += 1) {
        if (state !== 'running') await restart(place.close);
        await rest();
        if (it.isEmpty() && open.length === 0) return;
        while (open.length > 0) settle(open[0]!, 'ack');
        pass(DEFER);
      }
      if (it.broken.length === 0) fail('what is stored is not delivered in the end');
    },
    end: async (): Promise<void> => {
      subscription.unsubscribe();
      await drain();
      await place.forget();
    },
  };
};

export type Bench = Awaited<ReturnType<typeof bench>>;
