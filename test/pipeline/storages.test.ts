import { firstValueFrom } from 'rxjs';
import { expect, test } from 'vitest';
import type { StoragePlan } from '../../src/operators/buffer/storage-plan.js';
import type { Store } from '../../src/operators/buffer/store.js';
import { storages } from '../../src/pipeline/storages.js';
import { silent } from '../operators/buffer/rig.js';
import { batchOf, done, folderFor, limits, opened, rowOf, rowsOf } from '../operators/buffer/with-store.js';

const memory: StoragePlan = { kind: 'memory', folder: '/nowhere', limits, deadLetters: 10 };
const sqlite = (folder: string): StoragePlan => ({ ...memory, kind: 'sqlite', folder });
const device = { device: 'a', profile: 'p', connector: 'c', connected: true };

const scene = () => {
  const warnings: (readonly [string, unknown])[] = [];
  const log = { ...silent, warn: (text: string, more?: unknown) => void warnings.push([text, more]) };
  const open = storages({ log, fact: () => undefined });
  /** For as long as `use` takes. */
  const within = (plan: StoragePlan, use: (store: Store) => Promise<void>): Promise<void> =>
    new Promise((resolve, reject) => {
      const running = open(plan).subscribe({
        next: ({ store }) =>
          void use(store)
            .then(() => done(store.close()))
            .then(() => resolve(), reject)
            .finally(() => setImmediate(() => running.unsubscribe())),
        error: reject,
      });
    });
  const dropped = () => warnings.filter(([text]) => text.includes('dropped')).map(([, more]) => more);
  return { open, within, dropped };
};
const filled = async (store: Store): Promise<void> => {
  await done(store.commit(batchOf({ append: [rowOf(1), rowOf(2), rowOf(3)], devices: [device] })));
  const remove = [{ id: 2, bytes: rowOf(2).bytes, sum: 'delivered' as const }];
  await done(store.commit(batchOf({ remove, sums: { delivered: 1 } })));
};

test('memory goes on over runs with its messages, devices and sums, whatever its caps are then', async () => {
  const { open, within, dropped } = scene();
  await within(memory, filled);
  const { store } = await firstValueFrom(open({ ...memory, limits: { ...limits, records: 1 } }));
  expect(store.opened).toMatchObject({
    nextId: 4,
    records: 2,
    bytes: rowOf(1).bytes + rowOf(3).bytes,
    sums: { received: 3, delivered: 1 },
    devices: [device],
  });
  expect(await rowsOf(store)).toEqual([rowOf(1), rowOf(3)]);
  expect(dropped()).toEqual([]);
});

test('what is left in memory when another storage takes over is said with its number, and counted there', () =>
  folderFor(async (folder) => {
    const { within, dropped } = scene();
    await within(memory, filled);
    const sums = { received: 2, delivered: 0, 'dropped.oldest': 2 };
    await within(sqlite(folder), async ({ opened }) => {
      expect(opened).toMatchObject({ records: 0, sums });
    });
    expect(dropped()).toEqual([{ messages: 2 }]);
    const after = await opened(folder);
    expect(after.store.opened.sums).toMatchObject(sums);
    await after.close();
    // Nothing of it comes back, and nothing is said twice.
    await within(memory, async ({ opened }) => {
      expect(opened).toMatchObject({ nextId: 1, records: 0 });
    });
    await within(sqlite(folder), async () => undefined);
    expect(dropped()).toHaveLength(1);
  }));

test('a storage that cannot be opened leaves the memory as it is', async () => {
  const { open, within, dropped } = scene();
  await within(memory, filled);
  await expect(firstValueFrom(open(sqlite('/dev/null/data')))).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
  expect((await firstValueFrom(open(memory))).store.opened.records).toBe(2);
  expect(dropped()).toEqual([]);
});
