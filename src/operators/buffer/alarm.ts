import type { SchedulerLike, Subscription } from 'rxjs';

/** One timer that can be set again and again. */
export interface Alarm {
  /** Starts it unless it runs already. */
  readonly set: () => void;
  readonly isSet: () => boolean;
  readonly stop: () => void;
}

/** Makes a timer that calls `ring` once, `ms` after it was set. */
export const alarm = (ms: number, ring: () => void, scheduler: SchedulerLike): Alarm => {
  let timer: Subscription | undefined;
  return {
    set: () => {
      timer ??= scheduler.schedule(() => {
        timer = undefined;
        ring();
      }, ms);
    },
    isSet: () => timer !== undefined,
    stop: () => {
      timer?.unsubscribe();
      timer = undefined;
    },
  };
};
