import { EMPTY, of, throwError } from 'rxjs';
import { expect, test } from 'vitest';
import { GatewayError } from '../../../src/model/errors.js';
import type { Database } from '../../../src/operators/buffer/database.js';
import { renumber } from '../../../src/operators/buffer/renumber.js';
import { StoreFull } from '../../../src/operators/buffer/store-full.js';
import { done, folderFor, opened, connected, rowOf, rowsOf, batchOf } from './with-store.js';
import { join } from 'node:path';

/** A database that says whether ids are high, and fails so when it is written. */
const fake = (high: number, failure?: Error): { readonly db: Database; readonly written: string[] } => {
  const written: string[] = [];
  const exec = (sql: string) => {
    written.push(sql.split(';')[0]!);
    return failure !== undefined && sql !== 'ROLLBACK' ? throwError(() => failure) : EMPTY;
  };
  return { db: { exec, all: () => of([{ high }]) } as unknown as Database, written };
};

test('writes nothing where enough ids are left', async () => {
  const { db, written } = fake(0);
  await done(renumber(db));
  expect(written).toEqual([]);
});

test('is put off where the disk is full, so that the queue can start and drain', async () => {
  const { db, written } = fake(1, new StoreFull());
  await done(renumber(db));
  expect(written).toEqual(['BEGIN', 'ROLLBACK']);
});

test('passes any other error', async () => {
  const { db } = fake(1, new GatewayError('STORAGE_FAILED', 'an I/O error'));
  await expect(done(renumber(db))).rejects.toThrow('an I/O error');
});

test('a row with an id near 2^53, as damage may leave it, is in its place after the next start, and new ones come behind it', () =>
  folderFor(async (folder) => {
    const first = await opened(folder);
    await done(first.store.commit(batchOf({ append: [rowOf(1), rowOf(2), rowOf(3)] })));
    await first.close();
    const db = await connected(join(folder, 'tributary.db'));
    await done(
      db.exec(`UPDATE rows SET id = ${Number.MAX_SAFE_INTEGER} WHERE id = 2; UPDATE totals SET next_id = ${2 ** 53}`),
    );
    await done(db.close());
    const { store, close } = await opened(folder);
    expect(store.opened).toMatchObject({ nextId: 4, records: 3 });
    expect((await rowsOf(store)).map(({ id, at }) => [id, at])).toEqual([
      [1, 1],
      [2, 3],
      [3, 2],
    ]);
    await close();
  }));
