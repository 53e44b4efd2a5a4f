import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { firstValueFrom, tap } from 'rxjs';
import { expect, test } from 'vitest';
import { Refused, Unavailable } from '../../../src/model/errors.js';
import { messageIn } from '../../../src/operators/buffer/message-in.js';
import { openStore } from '../../../src/operators/buffer/open-store.js';
import type { Batch, Opened, Store, Sum } from '../../../src/operators/buffer/store.js';
import { nameOf, reading, rig, silent } from './rig.js';
import type { Rig } from './rig.js';

type Op =
  | { readonly do: 'send'; readonly device: string }
  | { readonly do: 'settle'; readonly which: number; readonly how: 'ack' | 'refused' | 'unavailable' }
  | { readonly do: 'pass'; readonly ms: number }
  | { readonly do: 'wait' }
  | { readonly do: 'crash' };

const op: fc.Arbitrary<Op> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ do: fc.constant('send' as const), device: fc.constantFrom('a', 'b', 'c') }) },
  {
    weight: 7,
    arbitrary: fc.record({
      do: fc.constant('settle' as const),
      which: fc.nat(30),
      how: fc.constantFrom('ack' as const, 'ack' as const, 'ack' as const, 'refused' as const, 'unavailable' as const),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('pass' as const), ms: fc.constantFrom(1, 20, 1_000, 30_000, 100_000) }),
  },
  { weight: 3, arbitrary: fc.constant({ do: 'wait' as const }) },
  { weight: 1, arbitrary: fc.constant({ do: 'crash' as const }) },
);

const scenario = fc.record({
  ops: fc.array(op, { maxLength: 120, size: 'max' }),
  window: fc.integer({ min: 1, max: 12 }),
  records: fc.integer({ min: 3, max: 40 }),
  atCapacity: fc.constantFrom('block' as const, 'block' as const, 'drop_oldest' as const, 'drop_newest' as const),
});
type Scenario = typeof scenario extends fc.Arbitrary<infer S> ? S : never;

interface Place {
  readonly open: () => Promise<Store>;
  /** The store vanishes, at whatever point it is. */
  readonly crash: () => Promise<void>;
}

const dropped = (sums: Readonly<Record<Sum, number>>): number =>
  Object.entries(sums).reduce((all, [sum, n]) => all + (sum.startsWith('dropped') ? n : 0), 0);

/** What the disk knows: rows that a commit has completed for, and rows that it has completed without. */
const journal = () => {
  const names = new Map<number, string>();
  const stored = new Set<string>();
  const removed = new Map<string, Sum>();
  let busy = 0;
  /** The batch that a crash may have caught: all of it is on disk, or none. */
  let caught: Batch | undefined;
  const note = (batch: Batch): void => {
    for (const row of batch.append) {
      const { id } = row;
      const name = nameOf(messageIn(row)!);
      names.set(id, name);
      stored.add(name);
    }
    for (const { id, sum } of batch.remove) removed.set(names.get(id)!, sum);
  };
  const reopened = (ids: ReadonlySet<number>): void => {
    if (!caught) return;
    const [gone] = caught.remove;
    const [come] = caught.append;
    if (gone ? !ids.has(gone.id) : come !== undefined && ids.has(come.id)) note(caught);
    caught = undefined;
  };
  const watched = (store: Store): Store => ({
    ...store,
    commit: (batch) => {
      busy += 1;
      expect(busy, 'calls overlap').toBe(1);
      caught = batch;
      return store.commit(batch).pipe(
        tap({
          complete: () => {
            note(batch);
            caught = undefined;
          },
          error: () => (caught = undefined),
          finalize: () => {
            busy -= 1;
          },
        }),
      );
    },
    read: (...query) => {
      busy += 1;
      expect(busy, 'calls overlap').toBe(1);
      return store.read(...query).pipe(tap({ finalize: () => (busy -= 1) }));
    },
  });
  return { watched, reopened, names, stored, removed, isBusy: () => busy > 0 };
};

const play = async ({ ops, window, records, atCapacity }: Scenario, place: Place): Promise<void> => {
  const books = journal();
  const sent: string[] = [];
  const firsts: string[] = [];
  const deferred = new Set<string>();
  const letters = new Set<string>();
  /** Rows whose removal was durable when the last crash came. */
  let buried = new Set<string>();
  let serial = 0;
  let it: Rig;
  let open: { name: string; item: Rig['out'][number] }[] = [];

  const idle = async (): Promise<void> => {
    do await new Promise(setImmediate);
    while (books.isBusy());
  };
  const collect = (): void => it!.letters.forEach(({ message }) => letters.add(nameOf(message)));
  const balance = ({ sums, records: left }: Opened): void =>
    expect(sums.received).toBe(sums.delivered + left + dropped(sums));
  const start = async (): Promise<void> => {
    const store = await place.open();
    balance(store.opened);
    books.reopened(new Set((await firstValueFrom(store.read(0, 1_000, []))).map(({ id }) => id)));
    buried = new Set(books.removed.keys());
    open = [];
    it = rig(books.watched(store), {
      window,
      limits: { records, bytes: 1_000_000, atCapacity },
      auto: (item) => {
        const name = nameOf(item.value);
        if (item.value.kind !== 'data') {
          item.ack();
          return;
        }
        expect(
          open.map((other) => other.name),
          'in flight twice',
        ).not.toContain(name);
        expect(buried.has(name), 'came back after its removal').toBe(false);
        open.push({ name, item });
        expect(open.length, 'more than the window').toBeLessThanOrEqual(window);
        if (!firsts.includes(name)) firsts.push(name);
      },
    });
  };

  await start();
  for (const step of ops) {
    switch (step.do) {
      case 'send': {
        const message = reading(step.device, (serial += 1));
        sent.push(nameOf(message));
        it!.send(message);
        break;
      }
      case 'settle': {
        const [one] = open.splice(step.which % Math.max(1, open.length), 1);
        if (!one) break;
        if (step.how === 'ack') one.item.ack();
        else if (step.how === 'refused') one.item.nack(new Refused('PLATFORM_REFUSED', 'never'));
        else {
          deferred.add(one.item.value.device);
          one.item.nack(new Unavailable('DEVICE_DEFERRED', 'not now'));
        }
        break;
      }
      case 'pass':
        it!.pass(step.ms);
        break;
      case 'wait':
        await idle();
        break;
      case 'crash':
        collect();
        it!.subscription.unsubscribe();
        await place.crash();
        await start();
    }
    for (const name of sent)
      if (it!.fate(name) === 'ack' && atCapacity !== 'drop_newest')
        expect(books.stored.has(name), 'acknowledged before it was stored').toBe(true);
  }

  for (let i = 0; i < 400; i += 1) {
    await idle();
    for (const { item } of open.splice(0)) item.ack();
    it!.pass(i % 4 === 3 ? 40_000 : 25);
    await idle();
    if (open.length === 0 && [...books.stored].every((name) => books.removed.has(name))) break;
  }
  for (const name of books.stored) {
    expect(books.removed.has(name), `${name} is still there`).toBe(true);
    if (!books.removed.get(name)!.startsWith('dropped.oldest')) expect(firsts, 'never emitted').toContain(name);
  }
  expect(it!.state()).toBe('running');
  collect();
  for (const [name, sum] of books.removed)
    if (sum === 'dropped.refused') expect(letters, 'gone without a letter').toContain(name);
  for (const device of ['a', 'b', 'c']) {
    if (deferred.has(device)) continue;
    const serials = firsts.filter((name) => name.startsWith(device)).map((name) => Number(name.split(':')[1]));
    expect(serials, 'out of order').toEqual([...serials].sort((x, y) => x - y));
  }
  it!.subscription.unsubscribe();
  await place.crash();
  const last = await place.open();
  balance(last.opened);
  expect(last.opened.records).toBe(0);
  await place.crash();
};

/**
 * The model (`model/model.test.ts`) holds each of these promises, and more, with a gate before the store that says when a call ends. Here nothing
 * does: the calls run on SQLite's own thread, and end when they end.
 */
test('whatever happens, what was admitted is delivered at least once, in order, and what was removed stays away (sqlite)', async () => {
  await fc.assert(
    fc.asyncProperty(scenario, async (one) => {
      const folder = mkdtempSync(join(tmpdir(), 'tributary-'));
      let close: () => Promise<void> = () => Promise.resolve();
      const place: Place = {
        open: async () => {
          const opening = openStore({
            folder,
            limits: { records: one.records, bytes: 1_000_000, atCapacity: one.atCapacity },
            log: silent,
            fact: () => undefined,
          });
          let subscription: { unsubscribe: () => void } | undefined;
          const store = await new Promise<Store>((resolve, reject) => {
            subscription = opening.subscribe({ next: resolve, error: reject });
          });
          close = async () => {
            // Whatever runs comes to its end on the other thread, unheard: as with a process that has died.
            await firstValueFrom(store.close(), { defaultValue: undefined });
            subscription?.unsubscribe();
          };
          return store;
        },
        crash: () => close(),
      };
      try {
        await play(one, place);
      } finally {
        await close().catch(() => undefined);
        rmSync(folder, { recursive: true, force: true });
      }
    }),
    { numRuns: 20 },
  );
}, 60_000);
