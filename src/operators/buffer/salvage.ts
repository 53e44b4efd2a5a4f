import type { Observable } from 'rxjs';
import { EMPTY, catchError, concat, expand, last, map, mergeMap, of, take, toArray } from 'rxjs';
import { database } from './database.js';
import type { Database } from './database.js';
import { SUM_COLUMNS } from './schema.js';
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
  /** The last of them. */
  readonly missed: number;
  /** A row beyond them that can be read. */
  readonly landed?: number;
  readonly salvaged: number;
  readonly over: boolean;
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

/** What the damaged file says of itself. */
interface Claims {
  /** No row has this id or one above it, as far as can be known. */
  readonly end: number;
  /** How many rows it had, and what it has counted. */
  readonly totals?: { readonly records: number; readonly counted: Readonly<Record<string, number>> };
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
const hasCounts = (sums: Readonly<Record<string, unknown>>): sums is Readonly<Record<string, number>> =>
  Object.values(sums).every(isCount);
/** The columns of what has left, and of what was lost. */
const GONE = Object.values(SUM_COLUMNS).filter((column) => column !== SUM_COLUMNS.received);
const LOST = SUM_COLUMNS['dropped.damaged'];

const claims = (damaged: Database): Observable<Claims> => {
  const totals = damaged.all<Record<string, unknown>>('SELECT * FROM totals').pipe(
    map(([row = {}]) => row),
    catchError(() => of<Record<string, unknown>>({})),
  );
  const top = damaged.all<{ top: unknown }>('SELECT max(id) AS top FROM rows').pipe(
    map(([row]) => (isCount(row?.top) ? row.top + 1 : 0)),
    catchError(() => of(undefined)),
  );
  return concat(totals, top).pipe(
    toArray(),
    map((both) => {
      const [{ next_id: next, records, ...sums }, above] = both as [Record<string, unknown>, number | undefined];
      const end = isCount(next) ? Math.max(next, above ?? 0) : (above ?? Number.MAX_SAFE_INTEGER);
      const counted = Object.fromEntries(Object.values(SUM_COLUMNS).map((column) => [column, sums[column]]));
      // Totals that do not add up are damaged too.
      const sound =
        isCount(records) &&
        hasCounts(counted) &&
        counted[SUM_COLUMNS.received] === GONE.reduce((sum, column) => sum + counted[column]!, records);
      return { end, ...(sound ? { totals: { records, counted } } : {}) };
    }),
  );
};

/** Readable rows between unreadable ones are found if they are more than so many, or than a ten-thousandth of all ids. */
const LONGEST_STRIDE = 256;

/** Row by row over the first unreadable ones, then in growing strides: a file without a readable page must come to an end too, and soon. */
const stride = (misses: number, end: number): number =>
  misses < 64 ? 1 : Math.min(2 ** Math.min(40, misses - 64), Math.max(LONGEST_STRIDE, Math.ceil(end / 10_000)));

/** Above the lower bound. */
const middle = (from: number, to: number): number => from + Math.max(1, Math.floor((to - from) / 2));

const COPY = `INSERT OR IGNORE INTO rows(id, device, at, bytes, body)
  SELECT value->>0, value->>1, value->>2, value->>3, value->>4 FROM json_each(?)`;
const COPY_DEVICES = `INSERT OR IGNORE INTO devices(device, profile, connector, connected)
  SELECT value->>0, value->>1, value->>2, value->>3 FROM json_each(?)`;
/**
 * The sums go on where the damaged file's can be read, else they begin anew. What was lost is a drop with its own name, and what was received
 * is what is accounted for.
 */
const recount = (lost: number, counted: Readonly<Record<string, number>> = {}): string => {
  const gone = GONE.map((column) => [column, (counted[column] ?? 0) + (column === LOST ? lost : 0)] as const);
  const all = gone.reduce((sum, [, n]) => sum + n, 0);
  return `
  UPDATE totals SET records = (SELECT count(*) FROM rows), bytes = (SELECT coalesce(sum(bytes), 0) FROM rows),
    next_id = max(next_id, (SELECT coalesce(max(id), 0) + 1 FROM rows)),
    received = (SELECT count(*) FROM rows) + ${all}, ${gone.map(([column, n]) => `${column} = ${n}`).join()};`;
};

/** Rows of `[from, from + step)`, or of the rest where the step is infinite. An unreadable range is an error. */
const range = (damaged: Database, from: number, step: number): Observable<readonly Row[]> =>
  damaged.all<Row>('SELECT id, device, at, bytes, body FROM rows WHERE id >= ? ORDER BY id LIMIT ?', from, step);

/** Damage inside a row shows as a value of another type. */
const isSound = ({ id, device, at, bytes, body }: Row): boolean =>
  [id, at, bytes].every(Number.isSafeInteger) &&
  typeof device === 'string' &&
  typeof body === 'string' &&
  isJson(device);

/** What can be read is copied; what cannot is narrowed down to single rows and then stepped over, up to the end. */
const walk = (damaged: Database, fresh: Database, end: number): Observable<number> =>
  of<Walk>({ from: 0, step: STEP, misses: 0, missed: -1, salvaged: 0, over: false }).pipe(
    expand((at) =>
      at.over
        ? EMPTY
        : range(damaged, at.from, at.step).pipe(
            // Only what cannot be read is stepped over. What cannot be written ends it all, to be done again.
            map((rows) => ({ rows })),
            catchError(() => of({ rows: undefined })),
            mergeMap(({ rows }) => {
              if (!rows) {
                if (at.step > 1) return of({ ...at, step: at.step >>> 1 });
                // Not past the last row: from there the way leads back to the first that can be read.
                const on = Math.min(at.from + stride(at.misses, end), Math.max(at.from + 1, end - 1));
                const from = at.landed === undefined ? on : middle(at.from, at.landed);
                return of({ ...at, from, misses: at.misses + 1, missed: at.from, over: from >= end });
              }
              // A long stride has passed over readable rows: back to the first of them.
              if (at.misses > 0 && at.from - at.missed > 1)
                return of({ ...at, from: middle(at.missed, at.from), landed: at.from });
              const top = rows.at(-1);
              if (!top) return of({ ...at, over: true });
              const sound = rows.filter(isSound);
              const copied = JSON.stringify(
                sound.map(({ id, device, at, bytes, body }) => [id, device, at, bytes, body]),
              );
              const next = {
                from: top.id + 1,
                step: Math.min(STEP, at.step * 2),
                misses: 0,
                missed: -1,
                salvaged: at.salvaged + sound.length,
                over: false,
              };
              return concat(fresh.run(COPY, copied), of(next));
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
        mergeMap(({ end, totals }) =>
          walk(damaged, fresh, end).pipe(
            mergeMap((salvaged) => {
              const lost = totals === undefined ? undefined : Math.max(0, totals.records - salvaged);
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
                fresh.exec(recount(lost ?? 0, totals?.counted)),
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
