import { chmodSync, closeSync, openSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import type { Observable } from 'rxjs';
import { EMPTY, asyncScheduler, catchError, concat, defer, map, mergeMap, of, throwError } from 'rxjs';
import type { SchedulerLike } from 'rxjs';
import type { Log } from '../../model/component.js';
import { FatalError, GatewayError, reasonOf } from '../../model/errors.js';
import type { Fact } from '../../model/fact.js';
import type { Limits } from './admission.js';
import type { Database } from './database.js';
import { database } from './database.js';
import { logHeaderIsSound } from './log-header-is-sound.js';
import { makeFolder } from './make-folder.js';
import { quickCheck } from './quick-check.js';
import { renumber } from './renumber.js';
import { reserve } from './reserve.js';
import { salvage } from './salvage.js';
import { salvageOrder } from './salvage-order.js';
import { SCHEMA, SCHEMA_VERSION } from './schema.js';
import { openedFrom } from './opened-from.js';
import { sqliteStore } from './sqlite-store.js';
import type { Batch, Opened, Store } from './store.js';

/** Where a durable store is, and what it may take. */
export interface OpenStore {
  /** The data folder; made with mode 0700 if it does not exist. */
  readonly folder: string;
  readonly limits: Limits;
  readonly log: Log;
  readonly fact: (fact: Fact) => void;
  /** The check of the file at start takes no longer than this, in ms; what it has not reached by then is taken on trust. Default 1500. */
  readonly checkFor?: number;
  /** Where time comes from. Default: RxJS's `asyncScheduler`. */
  readonly scheduler?: SchedulerLike;
}

/** The buffer's file in the data folder. SQLite's log stands beside it as `tributary.db-wal`. */
export const FILE = 'tributary.db';
const PAGE = 4_096;

/**
 * How much disk is kept back so that a queue on a full disk can shrink, in bytes: 8 MiB, or an eighth of a small disk. SQLite's log
 * is moved into the file at half of it and one batch is a quarter, so that this step always finds its room in the reserve.
 */
const reserveIn = (folder: string): number => {
  const { bsize, blocks } = statfsSync(folder);
  return PAGE * Math.round(Math.min(8 * 1024 * 1024, Math.max(128 * 1024, (bsize * blocks) / 8)) / PAGE);
};

const prepare = (folder: string): string => {
  const file = join(folder, FILE);
  try {
    makeFolder(folder);
    // SQLite gives its log the mode of the file.
    closeSync(openSync(file, 'a', 0o600));
    chmodSync(file, 0o600);
  } catch (error) {
    throw new FatalError('STORAGE_FAILED', `the data folder ${folder} cannot be written: ${reasonOf(error)}`, {
      cause: error,
    });
  }
  return file;
};

/** Says which folder an error at the opening is about; what the file system itself said is no bug of ours. */
const about = (folder: string, error: unknown): unknown => {
  const isOwn = error instanceof GatewayError;
  if (!isOwn && !(error instanceof Error && 'syscall' in error)) return error;
  const text = reasonOf(error);
  if (isOwn && text.includes(folder)) return error;
  return new FatalError(isOwn ? error.code : 'STORAGE_FAILED', `the data folder ${folder} cannot be used: ${text}`, {
    cause: error,
  });
};

/** The order matters: the lock first, so that nothing below can touch a file that is in use. */
const setUp = (db: Database, limits: Limits, spare: number, check: Observable<never>): Observable<never> => {
  const pages = Math.ceil((limits.bytes * 2) / PAGE) + 4_096;
  return concat(
    db.exec('PRAGMA locking_mode = EXCLUSIVE'),
    // Even where nothing changes by it this writes the file's head, and a start on a full disk writes nothing.
    db
      .all<{ auto_vacuum: number }>('PRAGMA auto_vacuum')
      .pipe(mergeMap(([row]) => (row?.auto_vacuum === 2 ? EMPTY : db.exec('PRAGMA auto_vacuum = INCREMENTAL')))),
    db.exec('PRAGMA journal_mode = WAL'),
    db.exec('PRAGMA synchronous = FULL; PRAGMA journal_size_limit = 4194304; BEGIN IMMEDIATE; COMMIT;'),
    check,
    db.exec(`PRAGMA max_page_count = ${pages}; PRAGMA wal_autocheckpoint = ${spare / 2 / PAGE}`),
    db.all<{ user_version: number }>('PRAGMA user_version').pipe(
      mergeMap(([row]) => {
        const version = row?.user_version ?? 0;
        if (version > SCHEMA_VERSION)
          throw new FatalError('STORAGE_FAILED', 'the storage was written by a newer version; it is left alone');
        // A start on a full disk must work: it writes nothing.
        return version === SCHEMA_VERSION ? EMPTY : db.exec(`BEGIN; ${SCHEMA} COMMIT;`);
      }),
    ),
  );
};

/** Closed before anyone renames the file: SQLite removes its log by name when it closes. */
const closing =
  (db: Database) =>
  (error: unknown): Observable<never> =>
    concat(
      db.close().pipe(catchError(() => EMPTY)),
      throwError(() => error),
    );

/**
 * Opens the durable store in a data folder, and holds the folder's lock until it is closed or unsubscribed.
 *
 * A damaged file is set aside under another name, what is readable in it is moved to a new one, and both are said; if that is
 * interrupted the next start goes on with it. Errors:
 * `FatalError` with `STORAGE_LOCKED` (another process has the folder) or `STORAGE_FAILED` (cannot be written, or is of a newer version).
 */
export const openStore = ({
  folder,
  limits,
  log,
  fact,
  checkFor = 1_500,
  scheduler = asyncScheduler,
}: OpenStore): Observable<Store> =>
  defer(() => {
    const file = prepare(folder);
    const ready = (): Observable<Database> =>
      database(file).pipe(
        mergeMap((db) =>
          concat(setUp(db, limits, reserveIn(folder), quickCheck(db, checkFor, log, scheduler)), of(db)).pipe(
            catchError(closing(db)),
          ),
        ),
      );
    const order = salvageOrder(file);
    /** With what the file says of itself. */
    const known = (opening: Observable<Database>): Observable<{ readonly db: Database; readonly opened: Opened }> =>
      opening.pipe(
        mergeMap((db) =>
          concat(renumber(db), openedFrom(db)).pipe(
            map((opened) => ({ db, opened })),
            catchError(closing(db)),
          ),
        ),
      );
    if (!logHeaderIsSound(`${file}-wal`)) {
      const text = 'the log of the storage file is damaged: what was not in the file itself yet is lost';
      log.error(text);
      fact({ kind: 'alert', who: 'storage', code: 'STORAGE_DAMAGED', text });
    }
    /** From the damaged file into a new one. The order stands until all of it is done. */
    const rescue = (aside: string, reason: string): Observable<Database> => {
      order.setAside(aside);
      log.error('the storage file is damaged: it was set aside, what is readable in it is salvaged', { aside, reason });
      prepare(folder);
      return ready().pipe(
        mergeMap((db) =>
          salvage(db, aside).pipe(
            map(({ salvaged, lost }) => {
              order.done();
              const text = `salvaged ${salvaged} messages from a damaged file, lost ${lost ?? 'an unknown number'}`;
              log.warn(text, { aside });
              if (lost) fact({ kind: 'count', who: 'storage', counter: 'dropped.damaged', n: lost });
              fact({ kind: 'alert', who: 'storage', code: 'STORAGE_DAMAGED', text });
              return db;
            }),
          ),
        ),
      );
    };
    const isDamage = (error: unknown): error is GatewayError =>
      error instanceof GatewayError && error.code === 'STORAGE_DAMAGED';
    /** Damage that shows up later ends the process; the next start then knows what to do. */
    const onDamage = (error: unknown): never => {
      try {
        if (isDamage(error)) order.give(scheduler.now());
      } catch {
        // On a full disk it cannot be written. Then the next start has to find the damage again.
      }
      throw error;
    };
    const given = order.given();
    return known(given === undefined ? ready() : rescue(given, 'found damaged earlier')).pipe(
      catchError((error: unknown) => {
        if (!isDamage(error) || given !== undefined) throw error;
        return known(rescue(order.give(scheduler.now()), error.message));
      }),
      map(({ db, opened }) => {
        const store = sqliteStore(db, opened, reserve(join(folder, 'tributary.reserve'), reserveIn(folder)));
        return {
          ...store,
          commit: (batch: Batch) => store.commit(batch).pipe(catchError(onDamage)),
          read: (...query: Parameters<Store['read']>) => store.read(...query).pipe(catchError(onDamage)),
        };
      }),
    );
  }).pipe(
    catchError((error: unknown) => {
      throw about(folder, error);
    }),
  );
