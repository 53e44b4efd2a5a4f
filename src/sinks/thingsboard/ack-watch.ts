import type { SchedulerLike, Subscription } from 'rxjs';

export interface AckWatch {
  /** A publish was sent; call what it returns when its acknowledgement came or nobody waits for it any more. */
  readonly sent: (mark: unknown) => () => void;
  readonly stop: () => void;
}

/**
 * Watches the oldest unacknowledged publish of one connection.
 *
 * Promises: `overdue` is told once, with the mark of a publish that was the oldest for `limit` ms and had no acknowledgement. A slow
 * line that still acknowledges one after the other is not overdue. One timer at most, none while nothing is in flight.
 */
export const ackWatch = (limit: number, overdue: (mark: unknown) => void, scheduler: SchedulerLike): AckWatch => {
  const flying = new Map<number, unknown>();
  let serial = 0;
  let head: number | undefined;
  let since = 0;
  let alarm: Subscription | undefined;

  const behead = (): void => {
    const next = flying.keys().next();
    head = next.done === true ? undefined : next.value;
    since = scheduler.now();
  };
  const watch = (): void => {
    alarm = undefined;
    if (head === undefined) return;
    // A clock that was set back does not make the wait longer.
    since = Math.min(since, scheduler.now());
    const left = since + limit - scheduler.now();
    if (left <= 0) overdue(flying.get(head));
    else alarm = scheduler.schedule(watch, left);
  };

  return {
    sent: (mark) => {
      serial += 1;
      const mine = serial;
      flying.set(mine, mark);
      if (head === undefined) behead();
      alarm ??= scheduler.schedule(watch, limit);
      return () => {
        flying.delete(mine);
        if (head === mine) behead();
      };
    },
    stop: () => {
      alarm?.unsubscribe();
      flying.clear();
      head = undefined;
    },
  };
};
