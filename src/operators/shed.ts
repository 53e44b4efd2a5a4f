import { Observable } from 'rxjs';
import { envelope } from '../model/envelope.js';
import type { Envelope } from '../model/envelope.js';
import { Refused } from '../model/errors.js';
import type { Operator } from '../model/component.js';

/**
 * For sources that cannot wait: passes values while fewer than `limit` of them are unsettled, and refuses the others at once.
 *
 * ```
 * source   -a-b-c-d-      limit 2, a is acknowledged at A
 * settled  -----A---
 * result   -a-b-c---      d is refused
 * ```
 *
 * Promises: holds nothing itself; what passes is settled by whoever receives it, what does not is told to `onShed` and comes back as
 * {@link Refused}. `applies` names the values that are meant, the others pass uncounted; default: all.
 */
export const shed =
  <T>(limit: number, onShed: (value: T) => void, applies: (value: T) => boolean = () => true): Operator<T, T> =>
  (source) =>
    new Observable<Envelope<T>>((subscriber) => {
      let unsettled = 0;
      return source.subscribe({
        next: (parent) => {
          if (!applies(parent.value)) {
            subscriber.next(parent);
            return;
          }
          if (unsettled >= limit) {
            onShed(parent.value);
            parent.nack(new Refused('TOO_FAST', `more than ${limit} messages wait`));
            return;
          }
          unsettled += 1;
          subscriber.next(
            envelope(
              parent.value,
              () => {
                unsettled -= 1;
                parent.ack();
              },
              (why) => {
                unsettled -= 1;
                parent.nack(why);
              },
            ),
          );
        },
        error: (error: unknown) => subscriber.error(error),
        complete: () => subscriber.complete(),
      });
    });
