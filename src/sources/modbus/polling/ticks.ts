import { asyncScheduler, Observable } from 'rxjs';
import type { SchedulerLike, Subscription } from 'rxjs';

/** One moment of a schedule. */
export interface Tick {
  /** Ms between when it was due and when it came. */
  readonly late: number;
  /** How many before it did not come at all, for nothing ran when they were due. */
  readonly missed: number;
}

/** Ms beyond which a schedule is no longer late: the clock was set. */
const SET = 60_000;

/**
 * The schedule of a poll: a tick at once, then one at each whole multiple of `period` after the first.
 *
 * ```
 * ticks(10)  t---------t---------t---------
 * ```
 *
 * Promises: no drift, for each tick is counted from the first; those that passed while the process was held up are not made up for but counted. A clock
 * that is set starts the schedule anew, within a period or a minute.
 */
export const ticks = (period: number, scheduler: SchedulerLike = asyncScheduler): Observable<Tick> =>
  new Observable<Tick>((subscriber) => {
    let start = scheduler.now();
    let due = start;
    let timer: Subscription | undefined;
    const tick = (): void => {
      const now = scheduler.now();
      const off = now - due;
      const isSet = off < -period || off > Math.max(SET, 2 * period);
      if (isSet) {
        start = now;
        due = now;
      }
      const missed = Math.max(0, Math.floor((now - due) / period));
      const late = Math.max(0, now - due - missed * period);
      due += (missed + 1) * period;
      subscriber.next({ late: isSet ? 0 : late, missed });
      if (!subscriber.closed)
        timer = scheduler.schedule(tick, Math.min(2 * period, Math.max(0, due - scheduler.now())));
    };
    tick();
    return () => timer?.unsubscribe();
  });
