import type { Observable } from 'rxjs';
import { EMPTY, catchError, concat, expand, last, map, mergeMap, of, take } from 'rxjs';
import { database } from './database.js';
import type { Database } from './database.js';
import type { Row } from './store.js';

export interface Salvaged {
  readonly salvaged: number;
  /** Undefined where the damaged file does not even say how many rows it had. */
  readonly lost?: number;
}

interface Walk {
  readonly from: number;
  readonly step: number;
  /** How many single rows in a run could not be read. */
  readonly misses: number;
  readonly salvaged: number;
}

const STEP = 512;

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

/** Without this SQLite reads nothing at all of a file that is shorter than it says. The file's own content is not changed by it. */
const LENIENT = 'PRAGMA writable_schema = ON';

/** The count that the damaged file kept, and the end of its ids. */
const claims = (damaged: Database): Observable<{ records?: number; end: number }> =>
  damaged.all<{ records: number; next_id: number }>('SELECT records, next_id FROM totals').pipe(
    map(([row]) => (row ? { records: row.records, end: row.next_id } : { end: 0 })),
    catchError(() =>
      damaged
        .all<{ top: number | null }>('SELECT max(id) AS top FROM rows')
        .pipe(map(([row]) => ({ end: (row?.top ?? -1) + 1 }))),
    ),
    catchError(() => of({ end: 0 })),
  );

/** Row by row over the first unreadable ones, then in growing strides: a file without a readable page must come to an end too. */
const stride = (misses: number): number => (misses < 64 ? 1 : 2 ** Math.min(40, misses - 64));

const COPY = `INSERT OR IGNORE INTO rows(id, device, at, bytes, body)
  SELECT value->>0, value->>1, value->>2, value->>3, value->>4 FROM json_each(?)`;
const COPY_DEVICES = `INSERT OR IGNORE INTO devices(device, profile, connector, connected)
  SELECT value->>0, value->>1, value->>2, value->>3 FROM json_each(?)`;
/** Sums are made anew from what is there: what was lost is a drop with its own name. */
const recount = (lost: number): string => `
  UPDATE totals SET records = (SELECT count(*) FROM rows), bytes = (SELECT coalesce(sum(bytes), 0) FROM rows),
    next_id = max(next_id, (SELECT coalesce(max(id), 0) + 1 FROM rows)),
    received = (SELECT count(*) FROM rows) + ${lost}, dropped_damaged = ${lost};`;

/** Rows of `[from, from + step)`, or of the rest where the step is infinite. An unreadable range is an error. */
const range = (damaged: Database, from: number, step: number): Observable<readonly Row[]> =>
  damaged.all<Row>('SELECT id, device, at, bytes, body FROM rows WHERE id >= ? ORDER BY id LIMIT ?', from, step);

/** Damage inside a row shows as a value of another type. */
const isSound = ({ id, device, at, bytes, body }: Row): boolean =>
  [id, at, bytes].every(Number.isSafeInteger) &&
  typeof device === 'string' &&
  typeof body === 'string' &&
  isJson(device);

/** What can be read is copied; what cannot is narrowed down to single rows and then stepped over. */
const walk = (damaged: Database, fresh: Database, end: number): Observable<number> =>
  of<Walk>({ from: 0, step: STEP, misses: 0, salvaged: 0 }).pipe(
    expand(({ from, step, misses, salvaged }) =>
      from >= end
        ? EMPTY
        : range(damaged, from, step).pipe(
            // Only what cannot be read is stepped over. What cannot be written ends it all, to be done again.
            map((rows) => ({ rows })),
            catchError(() => of({ rows: undefined })),
            mergeMap(({ rows }) => {
              if (!rows)
                return of(
                  step > 1
                    ? { from, step: step >>> 1, misses, salvaged }
                    : { from: from + stride(misses), step, misses: misses + 1, salvaged },
                );
              const top = rows.at(-1);
              if (!top) return of({ from: end, step, misses, salvaged });
              const sound = rows.filter(isSound);
              const copied = JSON.stringify(
                sound.map(({ id, device, at, bytes, body }) => [id, device, at, bytes, body]),
              );
              const on = {
                from: top.id + 1,
                step: Math.min(STEP, step * 2),
                misses: 0,
                salvaged: salvaged + sound.length,
              };
              return concat(fresh.run(COPY, copied), of(on));
            }),
          ),
    ),
    last(),
    map(({ salvaged }) => salvaged),
  );

/**
 * Copies what is readable in a damaged file into a fresh one: rows with their ids and order, and the device table.
 * Never fails because of the damage, and the damaged file is only read; fails if the fresh one cannot be written. May be done again: rows
 * keep their ids.
 */
export const salvage = (fresh: Database, damagedFile: string): Observable<Salvaged> =>
  database(damagedFile).pipe(
    mergeMap((damaged) =>
      concat(damaged.exec(LENIENT).pipe(catchError(() => EMPTY)), claims(damaged)).pipe(
        mergeMap(({ records, end }) =>
          walk(damaged, fresh, end).pipe(
            mergeMap((salvaged) => {
              const lost = records === undefined ? undefined : Math.max(0, records - salvaged);
              const devices = damaged.all<Record<string, string | number>>('SELECT * FROM devices').pipe(
                mergeMap((rows) =>
                  fresh.run(
                    COPY_DEVICES,
                    JSON.stringify(rows.map((row) => [row.device, row.profile, row.connector, row.connected])),
                  ),
                ),
                catchError(() => EMPTY),
              );
              return concat(
                devices,
                fresh.exec(recount(lost ?? 0)),
                damaged.close().pipe(catchError(() => EMPTY)),
                of({ salvaged, ...(lost === undefined ? {} : { lost }) }),
              );
            }),
          ),
        ),
      ),
    ),
    // Only now may the damaged file be let go.
    take(1),
  );
