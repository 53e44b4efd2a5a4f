import { EMPTY, Observable, mergeMap, throwError } from 'rxjs';
import type { SchedulerLike } from 'rxjs';
import type { Log } from '../../model/component.js';
import { FatalError } from '../../model/errors.js';
import type { Database } from './database.js';

/** How long after the budget the check is interrupted again, in ms. */
const AGAIN = 10;

/**
 * Looks through the file for damage, for at most `budget` ms: completes if there is none or the time is over, and errors with
 * `STORAGE_DAMAGED` if there is. A file of millions of rows does not hold up a start: damage found later ends the process with a
 * clear error, and the next start comes here again.
 */
export const quickCheck = (db: Database, budget: number, log: Log, scheduler: SchedulerLike): Observable<never> =>
  new Observable<never>((subscriber) => {
    let late = false;
    const clock = scheduler.schedule(function () {
      late = true;
      db.interrupt();
      // A statement that has not begun yet does not notice.
      this.schedule(undefined, AGAIN);
    }, budget);
    subscriber.add(clock);
    subscriber.add(
      db
        .all<{ quick_check: string }>('PRAGMA quick_check(1)')
        .pipe(
          mergeMap(([row]) =>
            row?.quick_check === 'ok'
              ? EMPTY
              : throwError(() => new FatalError('STORAGE_DAMAGED', row?.quick_check ?? 'the check gave no answer')),
          ),
        )
        .subscribe({
          error: (error: unknown) => {
            if (!late) {
              subscriber.error(error);
              return;
            }
            log.info('the storage file is large: its check was ended in time, the rest is taken on trust', { budget });
            subscriber.complete();
          },
          complete: () => subscriber.complete(),
        }),
    );
  });
