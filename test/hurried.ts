import { asyncScheduler } from 'rxjs';
import type { SchedulerAction, SchedulerLike } from 'rxjs';

/** Real time that runs so many times faster: for waits of seconds against a real peer, none of which counts in fractions of one. */
export const hurried = (times: number): SchedulerLike => {
  const began = asyncScheduler.now();
  return {
    now: () => began + (asyncScheduler.now() - began) * times,
    schedule: (work, delay = 0, state) =>
      asyncScheduler.schedule(
        function (this: SchedulerAction<typeof state>, given) {
          // What repeats itself asks its action, not the scheduler.
          const action = Object.create(this, {
            schedule: { value: (next: typeof state, after = 0) => this.schedule(next, after / times) },
          }) as SchedulerAction<typeof state>;
          work.call(action, given as NonNullable<typeof state>);
        },
        delay / times,
        state,
      ),
  };
};
