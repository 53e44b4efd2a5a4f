import { EMPTY, catchError, concat, defer, ignoreElements, map, tap, throwError } from 'rxjs';
import type { Observable } from 'rxjs';
import { FatalError } from '../../model/errors.js';
import type { Database } from './database.js';
import type { Reserve } from './reserve.js';
import { SUM_COLUMNS } from './schema.js';
import { remembered } from '../extract/remembered.js';
import { quoted, unquoted } from './quoted.js';
import { READ_BYTES } from './store.js';
import type { Batch, Known, Leaving, Opened, Row, Store, Sum } from './store.js';
import { StoreFull } from './store-full.js';

/** JSON text as an SQL text. JSON escapes all control characters, so only the quote is left to double. */
const literal = (json: string): string => `'${json.includes("'") ? json.replaceAll("'", "''") : json}'`;

/** Asked for each row, so the last names are remembered. */
const deviceLiteral = remembered((device: string) => literal(quoted(device)), 10_000);

const insert = (append: readonly Row[]): string => {
  if (append.length === 0) return '';
  // Joined once: a text that grows is a chain of pieces, and each link an object.
  const rows = append.map(
    ({ id, device, at, bytes, body }) => `(${id},${deviceLiteral(device)},${at},${bytes},${literal(body)})`,
  );
  return `INSERT INTO rows(id, device, at, bytes, body) VALUES ${rows.join()};`;
};

const learn = (devices: readonly Known[]): string => {
  if (devices.length === 0) return '';
  const rows = devices.map(({ device, profile, connector, connected }) => {
    const names = [device, profile, connector].map((name) => literal(quoted(name)));
    return `(${names.join()},${connected ? 1 : 0})`;
  });
  return `INSERT OR REPLACE INTO devices(device, profile, connector, connected) VALUES ${rows.join()};`;
};

/** The ids are found first, by the columns that stand in front of the bodies: a body that is not taken is not loaded. */
const read = (condition: string): string => `SELECT id, device, at, bytes, body FROM rows
  WHERE id >= ?1 AND ${condition} AND id <= (
    SELECT max(id) FROM (
      SELECT id, bytes, sum(bytes) OVER (ORDER BY id) AS total FROM (
        SELECT id, bytes FROM rows WHERE id >= ?1 AND ${condition} ORDER BY id LIMIT ?2))
    WHERE total <= ${READ_BYTES} OR total = bytes)
  ORDER BY id`;
const READ = read('TRUE');
const READ_WITHOUT = read('device NOT IN (SELECT value FROM json_each(?3))');

/** Space is given back to the file system once so many bytes of rows have left, and no more at a time: nobody waits long for it. */
const TIDY = 8 * 1024 * 1024;
const PAGE = 4_096;
const TIDY_PAGES = (2 * TIDY) / PAGE;

const CHECKPOINT = 'PRAGMA wal_checkpoint(TRUNCATE)';

/** No check sees damage within a row: such a row has no text, and the buffer drops and counts it. */
const legible = (row: Row): Row => {
  const device = unquoted(row.device);
  if (device !== undefined && Number.isSafeInteger(row.bytes)) return { ...row, device };
  return { ...row, device: '', bytes: Number.isSafeInteger(row.bytes) ? row.bytes : 0, body: '' };
};

const total = (items: readonly { readonly bytes: number }[]): number =>
  items.reduce((sum, { bytes }) => sum + bytes, 0);

const remove = (leaving: readonly Leaving[]): string =>
  leaving.length === 0 ? '' : `DELETE FROM rows WHERE id IN (${leaving.map(({ id }) => id).join()});`;

const count = ({ append, remove, sums }: Batch): string => {
  const last = append.at(-1);
  const changes = [
    ...(last ? [`next_id = ${last.id + 1}`] : []),
    `records = records + ${append.length - remove.length}`,
    `bytes = bytes + ${total(append) - total(remove)}`,
    ...(Object.entries(sums) as [Sum, number][]).map(([sum, n]) => `${SUM_COLUMNS[sum]} = ${SUM_COLUMNS[sum]} + ${n}`),
  ];
  return `UPDATE totals SET ${changes.join()};`;
};

/**
 * The durable store: SQLite in WAL mode with `synchronous=FULL`. A commit that has completed survives kill -9 and a power cut (as
 * far as the disk keeps its word on fsync).
 *
 * One INSERT of many rows per batch: ten times as fast as a statement a row, and twice as fast as one from `json_each`.
 */
export const sqliteStore = (db: Database, opened: Opened, reserve: Reserve): Store => {
  let freed = 0;
  const ignored = (work: Observable<never>): Observable<never> => work.pipe(catchError(() => EMPTY));
  /** One call for all of it: each costs a way to another thread and back. */
  const transaction = (batch: Batch): Observable<never> =>
    defer(() => {
      const last = batch.append.at(-1);
      if (last && last.id > Number.MAX_SAFE_INTEGER)
        throw new FatalError('STORAGE_FAILED', 'the numbers for messages are used up: the next start begins anew');
      return db.exec(
        `BEGIN IMMEDIATE; ${remove(batch.remove)} ${count(batch)} ${insert(batch.append)} ${learn(batch.devices)} COMMIT;`,
      );
    }).pipe(
      catchError((error: unknown) =>
        concat(
          // SQLite may have rolled back by itself already; that a second time fails says nothing.
          ignored(db.exec('ROLLBACK')),
          throwError(() => error),
        ),
      ),
    );
  /** Tries again after something was done about the room. Moving the log into the file often makes some. */
  const again = (batch: Batch) => (error: unknown) => {
    if (!(error instanceof StoreFull)) throw error;
    return concat(ignored(db.exec(CHECKPOINT)), transaction(batch));
  };
  /** On a full disk even a removal needs a little space for the log: that is what the reserve is for. */
  const fromReserve = (batch: Batch) => (error: unknown) => {
    if (!(error instanceof StoreFull) || batch.append.length > 0 || !reserve.release()) throw error;
    return again(batch)(error);
  };
  /** Appends need the reserve: without it a queue that has filled the disk could not shrink again. */
  const withReserve = (): Observable<never> =>
    reserve.released()
      ? concat(
          ignored(db.exec(CHECKPOINT)),
          defer(() => (reserve.restore() ? EMPTY : throwError(() => new StoreFull()))),
        )
      : EMPTY;
  return {
    opened,
    durable: true,
    batchBytes: reserve.size / 4,
    commit: (batch) =>
      concat(
        batch.append.length > 0 ? defer(withReserve) : EMPTY,
        transaction(batch).pipe(catchError(again(batch)), catchError(fromReserve(batch))),
      ).pipe(
        tap({
          complete: () => {
            freed += total(batch.remove);
          },
        }),
      ),
    read: (from, limit, without) =>
      (without.length === 0
        ? db.all<Row>(READ, from, limit)
        : db.all<Row>(READ_WITHOUT, from, limit, JSON.stringify(without.map(quoted)))
      ).pipe(map((rows) => rows.map(legible))),
    tidy: () =>
      defer(() => {
        if (freed < TIDY) return EMPTY;
        return concat(
          db.exec(`PRAGMA incremental_vacuum(${TIDY_PAGES}); ${CHECKPOINT}`),
          db.all<{ freelist_count: number }>('PRAGMA freelist_count').pipe(
            tap(([left]) => {
              freed = (left?.freelist_count ?? 0) * PAGE;
            }),
            ignoreElements(),
          ),
        );
      }),
    close: () => db.close(),
  };
};
