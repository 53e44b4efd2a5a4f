import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { concat, firstValueFrom, map, mergeMap, of } from 'rxjs';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { database } from '../../../src/operators/buffer/database.js';
import { salvage } from '../../../src/operators/buffer/salvage.js';
import { SCHEMA } from '../../../src/operators/buffer/schema.js';

/** Every question to a database, of this file's own too. */
const asked = vi.hoisted(() => ({ times: 0 }));
vi.mock(import('../../../src/operators/buffer/database.js'), async (original) => {
  const real = await original();
  const counted: typeof real.database = (file) =>
    real.database(file).pipe(
      map((db) => ({
        ...db,
        all: (...question: Parameters<typeof db.all>) => {
          asked.times += 1;
          return db.all(...question);
        },
      })),
    );
  return { ...real, database: counted };
});

let folder = '';
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'salvage-'))));
afterEach(() => rmSync(folder, { recursive: true }));

const PAGE = 4096;
/** The first byte of a page that holds rows. Others may hold old copies of them. */
const LEAF = 13;

/** Writes `count` rows, destroys each page on which one from `first` to `last` stands, and says which rows stand on none of those. */
const damaged = async (file: string, count: number, first: number, last: number): Promise<readonly number[]> => {
  const body = (id: number): string => `"row-${String(id).padStart(6, '0')}-${'x'.repeat(300)}"`;
  const rows = Array.from({ length: count }, (_, i) => `(${i + 1},'"d"',1,200,'${body(i + 1)}')`);
  const fill = `${SCHEMA}; INSERT INTO rows(id,device,at,bytes,body) VALUES ${rows.join()}; UPDATE totals SET next_id=${count + 1};`;
  await firstValueFrom(database(file).pipe(mergeMap((db) => concat(db.exec(fill), db.close(), of(0)))));
  const bytes = readFileSync(file);
  const left = new Set<number>();
  for (let at = 0; at < bytes.length; at += PAGE) {
    const page = bytes.subarray(at, at + PAGE);
    if (page[0] !== LEAF) continue;
    const ids = [...page.toString('latin1').matchAll(/row-(\d{6})/g)].map(([, id]) => Number(id));
    if (ids.some((id) => id >= first && id <= last)) page.fill(0xff);
    else ids.forEach((id) => left.add(id));
  }
  writeFileSync(file, bytes);
  return [...left].sort((a, b) => a - b);
};

it.each([
  [1_000, 400, 700],
  [1_000, 100, 900],
  [1_000, 400, 990],
  [1_000, 1, 500],
  [8_000, 1_000, 7_000],
])('of %i rows those before and behind a damage from %i to %i are all read', async (count, first, last) => {
  const file = join(folder, 'damaged.db');
  const left = await damaged(file, count, first, last);
  const read = database(join(folder, 'fresh.db')).pipe(
    mergeMap((fresh) =>
      concat(
        fresh.exec(SCHEMA),
        salvage(fresh, file).pipe(mergeMap(() => fresh.all<{ id: number }>('SELECT id FROM rows ORDER BY id'))),
        fresh.close(),
      ),
    ),
  );
  const rows = await firstValueFrom(read);
  expect(rows.map(({ id }) => id)).toEqual(left);
  expect(left.length).toBeGreaterThan(0);
});

it('readable rows amidst a damage are found, if they are more than a few hundred', async () => {
  const file = join(folder, 'damaged.db');
  await damaged(file, 6_000, 1_000, 2_500);
  const bytes = readFileSync(file);
  for (let at = 0; at < bytes.length; at += PAGE) {
    const page = bytes.subarray(at, at + PAGE);
    if (page[0] === LEAF && [...page.toString('latin1').matchAll(/row-(\d{6})/g)].some(([, id]) => Number(id) >= 3_100))
      page.fill(0xff);
  }
  writeFileSync(file, bytes);
  const read = database(join(folder, 'fresh.db')).pipe(
    mergeMap((fresh) =>
      concat(
        fresh.exec(SCHEMA),
        salvage(fresh, file).pipe(
          mergeMap(() => fresh.all<{ n: number }>('SELECT count(*) AS n FROM rows WHERE id > 2500')),
        ),
        fresh.close(),
      ),
    ),
  );
  const rows = await firstValueFrom(read);
  expect(rows[0]?.n).toBeGreaterThan(550);
});

it('a file that shows neither a row nor how many there were is given up after some ten thousand questions', async () => {
  const file = join(folder, 'damaged.db');
  await damaged(file, 1_000, 1, 1);
  const roots = await firstValueFrom(
    database(file).pipe(
      mergeMap((db) =>
        db.all<{ page: number }>("SELECT rootpage AS page FROM sqlite_schema WHERE name IN ('rows', 'totals')"),
      ),
    ),
  );
  const bytes = readFileSync(file);
  for (const { page } of roots) bytes.fill(0xff, (page - 1) * PAGE, page * PAGE);
  writeFileSync(file, bytes);
  asked.times = 0;
  const done = database(join(folder, 'fresh.db')).pipe(
    mergeMap((fresh) => concat(fresh.exec(SCHEMA), salvage(fresh, file), fresh.close())),
  );
  expect(await firstValueFrom(done)).toEqual({ salvaged: 0 });
  expect(roots).toHaveLength(2);
  expect(asked.times).toBeGreaterThan(1_000);
  expect(asked.times).toBeLessThan(15_000);
});
