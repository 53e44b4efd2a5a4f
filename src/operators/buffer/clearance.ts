import { ignoreElements, tap } from 'rxjs';
import type { SchedulerLike } from 'rxjs';
import type { Admission, Limits } from './admission.js';
import { alarm } from './alarm.js';
import type { Deferral } from './deferral.js';
import type { Entrance } from './entrance.js';
import type { Flight } from './flight.js';
import type { Step } from './in-turn.js';
import type { Store } from './store.js';

export interface ClearanceOptions {
  readonly store: Store;
  readonly limits: Limits;
  readonly room: Admission;
  readonly door: Entrance;
  readonly aloft: Flight;
  readonly away: Deferral;
  /** Rows below it are in flight, deferred, or gone. */
  readonly cursor: () => number;
  readonly wake: () => void;
  readonly scheduler: SchedulerLike;
}

/** How many rows are looked at in one turn when some have to be dropped for room. */
const LOOKS = { fewest: 64, most: 10_000 };
/** Rows that only time makes old enough are looked at again after so many ms at most: clocks may be set. */
const LOOK_AGAIN = 60_000;

/**
 * The step that makes room at the cap: which of the oldest rows go, if the configuration says that any may.
 *
 * Promises: rows on their way stay. While sources wait, rows that come of age are found by themselves, at most a minute late.
 */
export const clearance = (options: ClearanceOptions): { readonly step: Step; readonly stop: () => void } => {
  const { store, limits, room, door, aloft, away, scheduler } = options;
  const later = alarm(Math.min(limits.ttlMs ?? Infinity, LOOK_AGAIN), options.wake, scheduler);
  const step: Step = () => {
    const shortage = room.shortage(door.front(), aloft.leaving());
    if (shortage === undefined) return undefined;
    if (limits.ttlMs !== undefined) later.set();
    const from = Math.min(options.cursor(), away.lowest() ?? Infinity);
    const looks = Math.min(Math.max(shortage.rows, LOOKS.fewest), LOOKS.most) + aloft.size();
    return store.read(from, looks, []).pipe(
      tap((rows) => {
        const free = rows.filter(({ id }) => !aloft.has(id));
        for (const { sum, ...row } of room.victims(free, shortage, scheduler.now())) aloft.discard(row, sum);
      }),
      ignoreElements(),
    );
  };
  return { step, stop: later.stop };
};
