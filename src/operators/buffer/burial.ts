import { EMPTY, catchError, tap } from 'rxjs';
import type { SchedulerLike } from 'rxjs';
import type { Log } from '../../model/component.js';
import { alarm } from './alarm.js';
import type { Flight } from './flight.js';
import type { Step } from './in-turn.js';
import type { DeadLetters } from './store.js';

export interface BurialOptions {
  readonly aloft: Flight;
  readonly deadLetters: DeadLetters;
  readonly log: Log;
  /** Says an error that a later try may help, and throws any other. */
  readonly survive: (error: unknown, text: string) => void;
  readonly wake: () => void;
  /** How long after a failure the next try comes, in ms. */
  readonly rest: number;
  readonly scheduler: SchedulerLike;
}

/**
 * The step that sets refused messages aside. Promises: a dead letter is durable before its row may go; while letters cannot be
 * written, their rows stay and the others go on.
 */
export const burial = (options: BurialOptions): { readonly step: Step; readonly stop: () => void } => {
  const { aloft, deadLetters, log, survive } = options;
  const later = alarm(options.rest, options.wake, options.scheduler);
  const step: Step = () => {
    const letters = aloft.dying().slice();
    if (letters.length === 0 || later.isSet()) return undefined;
    return deadLetters(letters.map(({ at, reason, message }) => ({ at, reason, message }))).pipe(
      tap({
        complete: () => {
          aloft.buried(letters);
          for (const { reason, message } of letters)
            log.error('a message was refused for good and set aside', { device: message.device, reason });
        },
      }),
      catchError((error: unknown) => {
        survive(error, 'dead letters cannot be written; their messages stay in the storage until they can');
        later.set();
        return EMPTY;
      }),
    );
  };
  return { step, stop: later.stop };
};
