import { fifo } from './fifo.js';

/** So many in so many seconds. */
export interface Rate {
  readonly n: number;
  readonly seconds: number;
}

/** One window of a rate limit and what was taken in it. Times in ms. */
export interface SlidingWindow {
  readonly span: number;
  readonly capacity: number;
  /** True if `cost` more may be taken now. A lower `share` leaves the rest of the capacity to others. */
  readonly fits: (cost: number, now: number, share?: number) => boolean;
  readonly add: (cost: number, now: number) => void;
  /** How long until the oldest of what was taken leaves the window. 0 if nothing is in it. */
  readonly wait: (now: number) => number;
  /** What was taken, oldest first: a window that replaces this one starts with it. */
  readonly past: (now: number) => readonly (readonly [at: number, cost: number])[];
}

const SLICES = 64;

/**
 * Counts what was taken during the last `span` ms.
 *
 * Promises: in no period of that length is more than the capacity taken. What is taken within a 64th of the span is remembered as one,
 * with the latest of its moments, so memory is bounded and the error is on the safe side. A cost above the capacity would wait for
 * ever: it fits when nothing else is in the window.
 */
export const slidingWindow = (
  capacity: number,
  span: number,
  past: readonly (readonly [at: number, cost: number])[] = [],
): SlidingWindow => {
  const slices = fifo<{ readonly since: number; at: number; cost: number }>();
  let last: { readonly since: number; at: number; cost: number } | undefined;
  let used = 0;
  let clock = -Infinity;
  const add = (cost: number, now: number): void => {
    used += cost;
    clock = Math.max(clock, now);
    if (last !== undefined && slices.size() > 0 && now - last.since < span / SLICES) {
      last.at = now;
      last.cost += cost;
    } else {
      last = { since: now, at: now, cost };
      slices.push(last);
    }
  };
  /** A clock that was set back must not stop everything for as long: what was taken counts as taken now. */
  const expire = (now: number): void => {
    if (now < clock) {
      for (let n = slices.size(); n > 0; n -= 1) {
        const slice = slices.shift()!;
        slices.push({ ...slice, at: Math.min(slice.at, now) });
      }
      last = undefined;
    }
    clock = now;
    for (let oldest = slices.peek(); oldest !== undefined && now - oldest.at >= span; oldest = slices.peek()) {
      used -= oldest.cost;
      slices.shift();
    }
  };
  past.forEach(([at, cost]) => add(cost, at));
  return {
    span,
    capacity,
    add,
    fits: (cost, now, share = 1) => {
      expire(now);
      return used === 0 || used + cost <= Math.max(1, Math.floor(capacity * share));
    },
    wait: (now) => {
      expire(now);
      const oldest = slices.peek();
      return oldest === undefined ? 0 : oldest.at + span - now;
    },
    past: (now) => {
      expire(now);
      const seen: [number, number][] = [];
      for (let n = slices.size(); n > 0; n -= 1) {
        const slice = slices.shift();
        if (slice === undefined) break;
        slices.push(slice);
        seen.push([slice.at, slice.cost]);
      }
      return seen;
    },
  };
};
