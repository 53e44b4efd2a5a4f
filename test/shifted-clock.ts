import type { SchedulerLike } from 'rxjs';

/** A scheduler whose wall clock can be set: its timers run on, as those of an operating system do. */
export interface ShiftedClock extends SchedulerLike {
  /** Sets the clock by so many ms, backwards if negative. */
  readonly shift: (ms: number) => void;
}

/** Gives a scheduler a clock that can be set, and that goes on by `tick` ms whenever somebody looks at it. */
export const shiftedClock = (scheduler: SchedulerLike, tick = 0): ShiftedClock => {
  let offset = 0;
  return {
    shift: (ms) => void (offset += ms),
    now: () => scheduler.now() + (offset += tick),
    schedule: scheduler.schedule.bind(scheduler),
  };
};
