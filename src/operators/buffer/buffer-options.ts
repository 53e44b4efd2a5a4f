import type { SchedulerLike } from 'rxjs';
import type { Log } from '../../model/component.js';
import type { Fact } from '../../model/fact.js';
import type { Backoff } from '../backoff.js';
import type { Limits } from './admission.js';
import type { DeadLetters } from './store.js';

/** How a buffer shall behave. */
export interface BufferOptions {
  /** How much may wait, and what happens to more. */
  readonly limits: Limits;
  /** At most so many envelopes are unsettled downstream. Default 2000. */
  readonly window?: number;
  /** Where refused messages go before their row does. */
  readonly deadLetters: DeadLetters;
  /** Gets what a person should know of the storage. */
  readonly log: Log;
  /** Gets counts, depths and alerts. */
  readonly fact: (fact: Fact) => void;
  /** How long the end waits for what is unsettled downstream, in ms. Default 3000. */
  readonly grace?: number;
  /** How long a device that the platform does not take for now is left alone. Default 30 s growing to 10 min. */
  readonly deferFor?: Backoff;
  /** Where time comes from. Default: RxJS's `asyncScheduler`. */
  readonly scheduler?: SchedulerLike;
}
