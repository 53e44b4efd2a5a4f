import {
  EMPTY,
  NEVER,
  Subject,
  asyncScheduler,
  defer,
  distinctUntilChanged,
  exhaustMap,
  filter,
  first,
  map,
  merge,
  of,
  repeat,
  switchMap,
  tap,
  timer,
} from 'rxjs';
import type { Observable, SchedulerLike } from 'rxjs';
import type { Folder, Sight } from './glance.js';

export interface Watch {
  /** Looks at the files as they are now. */
  readonly look: () => Sight;
  /** What was seen before the files were read. Default: a look now. */
  readonly since?: Sight;
  /** Emits when something may have happened in these folders. Never completes. */
  readonly listen: (folders: readonly Folder[]) => Observable<unknown>;
  /** How long from one look to the next, in ms, if nothing is heard. Asked before each. */
  readonly period: () => number;
  /** Emits when somebody wants everything to be read again, changed or not. Default: nobody does. */
  readonly asked?: Observable<unknown>;
  /** For how long files must stay the same before they count as whole, in ms. Default 250. */
  readonly settle?: number;
  /** Where time comes from. Default: RxJS's `asyncScheduler`. */
  readonly scheduler?: SchedulerLike;
}

/** Looks at files that do not come to rest. Then they are taken as they are. */
const MOST_LOOKS = 20;

/**
 * Emits when files have changed and are whole: two looks, `settle` apart, have shown the same.
 *
 * ```
 * heard   ---x-x---------     x: something happened in a folder
 * files   0--1-2---------
 * result  ---------x-----     settle 2
 * ```
 *
 * Promises: what happened after `since` is not missed, whenever it is subscribed to; neither is what happens between two subscriptions.
 * Files that were written and hold the same as before are no change. Each `asked` is followed by a value. Without a change it costs a look each `period`.
 */
export const watch = ({
  look,
  since = look(),
  listen,
  period,
  asked = NEVER,
  settle = 250,
  scheduler = asyncScheduler,
}: Watch): Observable<void> => {
  let known = since.print;
  return defer(() => {
    const sights = new Subject<Sight>();
    let isAsked = false;
    const see = (): string => {
      const sight = look();
      sights.next(sight);
      return sight.print;
    };
    const heard = sights.pipe(
      map(({ folders }) => folders),
      distinctUntilChanged((a, b) => JSON.stringify(a) === JSON.stringify(b)),
      switchMap(listen),
    );
    const ticks = defer(() => timer(period(), scheduler)).pipe(repeat());
    const wishes = asked.pipe(tap(() => (isAsked = true)));
    const change = defer(() => {
      let before = see();
      if (before === known && !isAsked) return EMPTY;
      return timer(settle, settle, scheduler).pipe(
        map((_, looks) => {
          const now = see();
          const isWhole = now === before || looks >= MOST_LOOKS;
          before = now;
          return { now, isWhole };
        }),
        first(({ isWhole }) => isWhole),
        filter(({ now }) => now !== known || isAsked),
        map(({ now }) => {
          known = now;
          isAsked = false;
        }),
      );
    });
    return merge(heard, ticks, wishes, of(undefined)).pipe(exhaustMap(() => change));
  });
};
