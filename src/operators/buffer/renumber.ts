import { EMPTY, catchError, mergeMap } from 'rxjs';
import type { Observable } from 'rxjs';
import type { Database } from './database.js';
import { ROWS } from './schema.js';
import { StoreFull } from './store-full.js';

/** From here on ids are near the end of what a number can tell apart (2^53 - 1), and rows get new ones. */
const HIGH = 2 ** 52;

const RENUMBER = `BEGIN;
  CREATE TABLE renumbered(${ROWS});
  INSERT INTO renumbered SELECT row_number() OVER (ORDER BY id), device, at, bytes, body FROM rows;
  DROP TABLE rows; ALTER TABLE renumbered RENAME TO rows;
  UPDATE totals SET next_id = 1 + (SELECT coalesce(max(id), 0) FROM rows);
  COMMIT;`;

/**
 * Gives the rows the ids from 1 on, in their order, where few ids are left. No gateway lives so long, but one damaged row that was salvaged may
 * have any id, and the next one is above it.
 *
 * Promises: all rows get theirs or none does; writes nothing where enough ids are left. On a full disk it is put off: a later start finds room.
 */
export const renumber = (db: Database): Observable<never> =>
  db.all<{ high: number }>(`SELECT typeof(next_id) = 'integer' AND next_id > ${HIGH} AS high FROM totals`).pipe(
    mergeMap(([row]) => (row?.high === 1 ? db.exec(RENUMBER) : EMPTY)),
    catchError((error: unknown) => {
      if (!(error instanceof StoreFull)) throw error;
      return db.exec('ROLLBACK').pipe(catchError(() => EMPTY));
    }),
  );
