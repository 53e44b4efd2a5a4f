import { asyncScheduler, catchError, defer, EMPTY, map, Observable, of, switchMap } from 'rxjs';
import type { SchedulerLike, Subscription } from 'rxjs';
import { outcomeOf } from '../bus/outcome-of.js';
import type { Line } from '../bus/line.js';
import type { Unit } from '../bus/unit.js';
import { poll } from './poll.js';
import type { Polled } from './poll.js';
import type { ReadPlan } from './read-plan.js';
import { ticks } from './ticks.js';

export interface Pace {
  readonly unit: Unit;
  readonly plan: ReadPlan;
  readonly line: Line;
  /** True while the pipeline has not settled what it has: no poll begins. */
  readonly isFull: () => boolean;
  /** A poll has begun, so many ms after it was due. */
  readonly onPoll: (late: number) => void;
  /** So many ticks brought no poll, for the one before was not over, the pipeline full, or the process held up. */
  readonly onSkipped: (n: number) => void;
  readonly scheduler?: SchedulerLike;
}

/** Ms between two looks whether a slave that is away is back: at first, and at most. */
const SOON = 1_000;
const LATER = 10_000;

/**
 * Polls a slave at the pace of its `pollPeriod`, for as long as a connection stands. Emits what each poll has brought.
 *
 * ```
 * ticks  t----t----t----t----      the second poll takes too long: a tick is skipped
 * polls  (a)--[----b---]-(c)-
 * ```
 *
 * A slave that was silent for a whole poll is away: instead of a poll it is asked for one thing, after a second at first, then every ten; ticks between are
 * not counted as skipped. Once it answers it is polled at once.
 *
 * Promises: at most one request of a slave is under way or waits. The error of a lost connection passes.
 */
export const pace = ({
  unit,
  plan,
  line,
  isFull,
  onPoll,
  onSkipped,
  scheduler = asyncScheduler,
}: Pace): Observable<Polled> =>
  new Observable<Polled>((subscriber) => {
    const { health, slave } = unit;
    const whole = poll(unit, plan, line);
    let running: Subscription | undefined;
    /** When it is looked for a slave that is away. */
    let look: Subscription | undefined;
    let wait = SOON;

    const lookLater = (): void => {
      look?.unsubscribe();
      look = scheduler.schedule(() => {
        look = undefined;
        if (!health.isAway()) return;
        if (running === undefined && !isFull()) run(probing);
        else lookLater();
      }, wait);
      wait = Math.min(LATER, wait * 2);
    };
    const isBack = defer(() => {
      const first = plan.probe();
      if (first === undefined) return EMPTY;
      return line.read(unit, first).pipe(
        map(() => true),
        catchError((error: unknown) => {
          const { kind } = outcomeOf(error);
          if (kind === 'lost') throw error;
          return of(kind !== 'silent' && kind !== 'absent');
        }),
      );
    });
    const probing = isBack.pipe(
      switchMap((back) => {
        if (back) return whole;
        lookLater();
        return EMPTY;
      }),
    );
    const run = (polls: Observable<Polled>): void => {
      const one = polls.subscribe({
        next: (polled) => {
          if (polled.heard) wait = SOON;
          else {
            health.left();
            if (health.isAway()) lookLater();
          }
          subscriber.next(polled);
        },
        error: (error: unknown) => subscriber.error(error),
        complete: () => {
          running = undefined;
        },
      });
      if (!one.closed) running = one;
    };
    const clock = ticks(slave.pollPeriod, scheduler).subscribe(({ late, missed }) => {
      const isAway = health.isAway();
      if (isAway && look !== undefined) return;
      if (missed > 0) onSkipped(missed);
      if (running !== undefined || isFull()) {
        if (!isAway && !health.isSuspect()) onSkipped(1);
      } else if (isAway) run(probing);
      else {
        onPoll(late);
        run(whole);
      }
    });
    return () => {
      clock.unsubscribe();
      look?.unsubscribe();
      running?.unsubscribe();
    };
  });
