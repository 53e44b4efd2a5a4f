import type { SchedulerLike } from 'rxjs';

/** The scheduler's time, in ms, that stands still where its clock is set back, and goes on from there. */
export const steady = (scheduler: SchedulerLike): (() => number) => {
  let ahead = 0;
  let last = -Infinity;
  return () => {
    const time = scheduler.now() + ahead;
    if (time < last) ahead += last - time;
    else last = time;
    return last;
  };
};
