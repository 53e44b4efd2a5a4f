import type { Unit } from './unit.js';

export interface Silence {
  readonly heard: () => void;
  /** A request and all its retries got no answer from this unit. True: the connection is to be made anew. */
  readonly silent: (unit: Unit, now: number) => boolean;
}

/** A connection over which nothing has ever come is given so many ms before it is made anew. */
const TRIAL = 60_000;

/**
 * Says when a connection is dead although nobody has closed it: when none of its units answers any more. As long as one does, the silence of another is its
 * own. A new connection over which nothing has come yet is closed for that after a minute at the earliest. `units` are those that are polled, else all.
 */
export const silence = (units: readonly Unit[], openedAt: number): Silence => {
  const polled = units.filter(({ slave }) => slave.attributes.length + slave.timeseries.length > 0);
  const watched = polled.length > 0 ? polled : units;
  const quiet = new Set<Unit>();
  let hasHeard = false;
  return {
    heard: () => {
      hasHeard = true;
      quiet.clear();
    },
    silent: (unit, now) => {
      quiet.add(unit);
      return watched.every((one) => quiet.has(one)) && (hasHeard || now - openedAt >= TRIAL);
    },
  };
};
