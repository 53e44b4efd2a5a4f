import type { SchedulerLike } from 'rxjs';
import type { Entrance } from './entrance.js';
import type { Flight } from './flight.js';

/** How many devices are introduced at a time: they must not stand in front of what is measured now. */
const MOST = 8;
/** How long in ms it takes, with a backlog, until more of them may be. */
const BESIDE = 1_000;

/**
 * Introduces devices known from earlier runs to the platform, for it sends no commands to devices that have not come: with nothing left to
 * deliver as fast as it takes them, `behind` with the delivery eight a second, beside the window.
 */
export const introductions = (
  { strangers }: Pick<Entrance, 'strangers'>,
  { introduce, introduced, credits }: Pick<Flight, 'introduce' | 'introduced' | 'credits'>,
  scheduler: SchedulerLike,
): ((behind: boolean) => void) => {
  let notBefore = -Infinity;
  return (behind) => {
    const now = scheduler.now();
    // A clock that was set back makes nobody wait.
    if (behind && now < notBefore && notBefore - now <= BESIDE) return;
    notBefore = now + BESIDE;
    const free = MOST - introduced();
    // A backlog takes all credits there are.
    strangers(behind ? free : Math.min(free, credits())).forEach(introduce);
  };
};
