import { describe, expect, test } from 'vitest';
import { memoryStore } from '../../../src/operators/buffer/memory-store.js';
import type { Store } from '../../../src/operators/buffer/store.js';
import { noSums } from '../../../src/operators/buffer/no-sums.js';
import { batchOf, done, folderFor, opened, rowOf, rowsOf } from './with-store.js';

const stores: readonly [string, (use: (store: Store) => Promise<void>) => Promise<void>][] = [
  ['memory', (use) => use(memoryStore())],
  [
    'sqlite',
    (use) =>
      folderFor(async (folder) => {
        const { store, close } = await opened(folder);
        await use(store);
        await close();
      }),
  ],
];

const leaving = (id: number) => ({ id, bytes: rowOf(id).bytes, sum: 'delivered' as const });
const ids = (rows: readonly { readonly id: number }[]): number[] => rows.map(({ id }) => id);

describe.each(stores)('a %s store', (_, withStore) => {
  test('is empty at first', () =>
    withStore(async (store) => {
      expect(store.opened).toEqual({ nextId: 1, records: 0, bytes: 0, sums: noSums, devices: [] });
      expect(await rowsOf(store)).toEqual([]);
    }));

  test('gives back what was committed, unchanged and in order', () =>
    withStore(async (store) => {
      const rows = [1, 2, 3, 10].map((id) => rowOf(id));
      await done(store.commit(batchOf({ append: rows })));
      expect(await rowsOf(store)).toEqual(rows);
    }));

  test.each([
    { from: 0, limit: 2, without: [], found: [1, 2] },
    { from: 2, limit: 10, without: [], found: [2, 3, 4, 5, 6] },
    { from: 3, limit: 2, without: ['a'], found: [4, 6] },
    { from: 1, limit: 10, without: ['a', 'b'], found: [] },
    { from: 7, limit: 10, without: [], found: [] },
  ])('reads from $from at most $limit without $without: $found', ({ from, limit, without, found }) =>
    withStore(async (store) => {
      const append = [1, 2, 3, 4, 5, 6].map((id) => rowOf(id, id % 2 === 0 ? 'b' : 'a'));
      await done(store.commit(batchOf({ append })));
      const rows = (await done(store.read(from, limit, without))) as { id: number }[];
      expect(ids(rows)).toEqual(found);
    }),
  );

  test('brings at most 16 MiB into memory at a time, but one row at least', () =>
    withStore(async (store) => {
      const heavy = (id: number, mebibytes: number) => ({ ...rowOf(id), bytes: mebibytes * 1024 * 1024 });
      await done(
        store.commit(batchOf({ append: [heavy(1, 20), heavy(2, 8), heavy(3, 8), heavy(4, 1), heavy(5, 30)] })),
      );
      const read = async (from: number) => ids((await done(store.read(from, 10, []))) as { id: number }[]);
      expect(await read(0)).toEqual([1]);
      expect(await read(2)).toEqual([2, 3]);
      expect(await read(4)).toEqual([4]);
      expect(await read(5)).toEqual([5]);
    }));

  test('forgets removed rows, in whatever order they leave, in the same commit as it takes others', () =>
    withStore(async (store) => {
      await done(store.commit(batchOf({ append: [1, 2, 3, 4].map((id) => rowOf(id)) })));
      await done(store.commit(batchOf({ append: [rowOf(5)], remove: [leaving(4), leaving(1)] })));
      expect(ids(await rowsOf(store))).toEqual([2, 3, 5]);
    }));

  test('keeps thousands of rows in order while most of them leave', () =>
    withStore(async (store) => {
      for (let turn = 0; turn < 5; turn += 1) {
        const append = Array.from({ length: 1_000 }, (_, i) => rowOf(turn * 1_000 + i + 1));
        const remove = append.filter(({ id }) => id % 10 !== 0).map(({ id }) => leaving(id));
        await done(store.commit(batchOf({ append })));
        await done(store.commit(batchOf({ remove })));
      }
      expect(ids(await rowsOf(store))).toEqual(Array.from({ length: 500 }, (_, i) => 10 * (i + 1)));
    }));

  test('does nothing before it is subscribed to', () =>
    withStore(async (store) => {
      const commit = store.commit(batchOf({ append: [rowOf(1)] }));
      expect(await rowsOf(store)).toEqual([]);
      await done(commit);
      expect(ids(await rowsOf(store))).toEqual([1]);
    }));

  test.each(['with\0NUL', '😀', 'half \ud83d', 'half \ude00 of it', '"quoted"', "it's", '__proto__', 'ü'.repeat(500)])(
    'keeps the device name %j',
    (device) =>
      withStore(async (store) => {
        const row = rowOf(1, device);
        const other = rowOf(2, 'other');
        await done(store.commit(batchOf({ append: [row, other] })));
        expect(await rowsOf(store)).toEqual([row, other]);
        expect(ids((await done(store.read(0, 10, [device]))) as { id: number }[])).toEqual([2]);
      }),
  );

  test('keeps a body that is nested a thousand deep', () =>
    withStore(async (store) => {
      const row = rowOf(1, 'a', `{"device":"a","deep":${'['.repeat(1_000)}${']'.repeat(1_000)}}`);
      await done(store.commit(batchOf({ append: [row] })));
      expect(await rowsOf(store)).toEqual([row]);
    }));

  test('has room to give back or not, and closes', () =>
    withStore(async (store) => {
      await done(store.tidy());
      expect(await rowsOf(store)).toEqual([]);
    }));
});
