import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sqlite3 from 'sqlite3';

/** One page of the file's trees, as SQLite's own dbstat tells it. */
export interface Page {
  readonly name: string;
  readonly path: string;
  readonly pageno: number;
  readonly pagetype: 'leaf' | 'internal' | 'overflow';
  readonly ncell: number;
}

export interface Content {
  /** SQLite finds nothing wrong with it. */
  readonly isSound: boolean;
  readonly ids: ReadonlySet<number>;
  readonly pages: readonly Page[];
}

const FILE = 'tributary.db';

const all = <A>(db: sqlite3.Database, sql: string): Promise<readonly A[]> =>
  new Promise((resolve, reject) => {
    db.all(sql, (error: Error | null, rows: A[]) => {
      if (error) reject(error);
      else resolve(rows);
    });
  });

/** What SQLite alone, without the gateway, makes of the storage file and its log: read from a copy, so that nothing is changed. */
export const storageFile = async (data: string): Promise<Content> => {
  const copy = mkdtempSync(join(tmpdir(), 'prove-copy-'));
  for (const name of [FILE, `${FILE}-wal`])
    if (existsSync(join(data, name))) copyFileSync(join(data, name), join(copy, name));
  const db = new sqlite3.Database(join(copy, FILE));
  try {
    const checked = await all<{ integrity_check: string }>(db, 'PRAGMA integrity_check(1)');
    const rows = await all<{ id: number }>(db, 'SELECT id FROM rows');
    const pages = await all<Page>(db, 'SELECT name, path, pageno, pagetype, ncell FROM dbstat');
    return { isSound: checked[0]?.integrity_check === 'ok', ids: new Set(rows.map(({ id }) => id)), pages };
  } catch {
    return { isSound: false, ids: new Set(), pages: [] };
  } finally {
    await new Promise((resolve) => db.close(resolve));
    rmSync(copy, { recursive: true, force: true });
  }
};

/** How many rows can at most be gone with these pages: what stands on them, and what only they lead to. */
export const rowsOn = (damaged: readonly number[], { pages, ids }: Content): number => {
  const gone = new Set<Page>();
  let more = 0;
  for (const pageno of damaged) {
    const page = pages.find((it) => it.pageno === pageno);
    // Without the first page, which has the schema, nothing can be read.
    if (pageno === 1) return ids.size;
    if (page?.name !== 'rows') continue;
    if (page.pagetype === 'overflow') more += 1;
    for (const leaf of pages)
      if (leaf.name === 'rows' && leaf.pagetype === 'leaf' && leaf.path.startsWith(page.path)) gone.add(leaf);
  }
  return [...gone].reduce((sum, { ncell }) => sum + ncell, more);
};
