import { Subject, VirtualTimeScheduler, VirtualAction, EMPTY } from 'rxjs';
import type { Subscription } from 'rxjs';
import type { Envelope, Nack } from '../../../src/model/envelope.js';
import { envelope } from '../../../src/model/envelope.js';
import type { Fact } from '../../../src/model/fact.js';
import type { Data, Kept } from '../../../src/model/message.js';
import { buffer } from '../../../src/operators/buffer/buffer.js';
import type { BufferOptions } from '../../../src/operators/buffer/buffer.js';
import type { DeadLetter, Store, Sum } from '../../../src/operators/buffer/store.js';

/** A reading that says who sent it and when. */
export const reading = (device: string, n: number, padding = ''): Data => ({
  kind: 'data',
  device,
  profile: 'default',
  telemetry: [{ ts: n, values: { n, ...(padding === '' ? {} : { padding }) } }],
  attributes: {},
});

/** `device:n` of a reading, `device:kind` of anything else. */
export const nameOf = (message: Kept): string =>
  `${message.device}:${message.kind === 'data' ? (message.telemetry[0]?.values.n as number) : message.kind}`;

export const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

/** What became of one that was sent in. */
export type Fate = 'open' | 'ack' | Nack;

export interface Rig {
  readonly send: (...messages: Kept[]) => void;
  readonly fate: (message: string) => Fate | undefined;
  /** Everything emitted, in order. */
  readonly out: Envelope<Kept>[];
  readonly names: () => string[];
  /** The first one of this name that was emitted and not settled by the rig yet. */
  readonly take: (name: string) => Envelope<Kept>;
  readonly facts: Fact[];
  readonly letters: DeadLetter[];
  readonly count: (counter: Sum) => number;
  /** Lets virtual time pass, in ms. */
  readonly pass: (ms: number) => void;
  readonly complete: () => void;
  readonly state: () => 'running' | 'complete' | 'error';
  readonly error: () => unknown;
  readonly subscription: Subscription;
}

/** Runs the buffer on virtual time, with a person at either end. */
export const rig = (
  store: Store,
  options: Partial<BufferOptions> & { readonly auto?: (item: Envelope<Kept>) => void } = {},
): Rig => {
  const scheduler = new VirtualTimeScheduler(VirtualAction);
  const source = new Subject<Envelope<Kept>>();
  const fates = new Map<string, Fate>();
  const out: Envelope<Kept>[] = [];
  const open: Envelope<Kept>[] = [];
  const facts: Fact[] = [];
  const letters: DeadLetter[] = [];
  let state: 'running' | 'complete' | 'error' = 'running';
  let error: unknown;
  const { auto, ...rest } = options;
  const subscription = source
    .pipe(
      buffer(store, {
        limits: { records: 1_000, bytes: 1_000_000, atCapacity: 'block' },
        deadLetters: (more) => {
          letters.push(...more);
          return EMPTY;
        },
        log: silent,
        fact: (fact) => facts.push(fact),
        deferFor: () => 30_000,
        scheduler,
        ...rest,
      }),
    )
    .subscribe({
      next: (item) => {
        out.push(item);
        if (auto) auto(item);
        else open.push(item);
      },
      error: (thrown: unknown) => {
        state = 'error';
        error = thrown;
      },
      complete: () => {
        state = 'complete';
      },
    });
  return {
    send: (...messages) => {
      for (const message of messages) {
        const name = nameOf(message);
        fates.set(name, 'open');
        source.next(
          envelope(
            message,
            () => fates.set(name, 'ack'),
            (why) => fates.set(name, why),
          ),
        );
      }
    },
    fate: (name) => fates.get(name),
    out,
    names: () => out.map(({ value }) => nameOf(value)),
    take: (name) => {
      const i = open.findIndex(({ value }) => nameOf(value) === name);
      if (i < 0) throw new Error(`${name} is not in flight`);
      return open.splice(i, 1)[0]!;
    },
    facts,
    letters,
    count: (counter) =>
      facts.reduce((sum, fact) => sum + (fact.kind === 'count' && fact.counter === counter ? fact.n : 0), 0),
    pass: (ms) => {
      scheduler.maxFrames = scheduler.now() + ms;
      // Moves the clock even where nothing is due.
      const tick = scheduler.schedule(() => undefined, ms);
      scheduler.flush();
      tick.unsubscribe();
    },
    complete: () => source.complete(),
    state: () => state,
    error: () => error,
    subscription,
  };
};
