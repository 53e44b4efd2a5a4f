import { Observable } from 'rxjs';
import type { Operator } from '../model/component.js';
import { replace, split } from '../model/envelope.js';
import type { Envelope } from '../model/envelope.js';

/**
 * Turns each value into none, one or many, with a pure function that may be a user's and may throw anything.
 *
 * ```
 * source  -a----b------c-
 * fn       [x,y] throws []
 * result  -(xy)----------      a is settled once x and y are; b and c at once, with ack
 * ```
 *
 * Promises: one bad value never stops the next good one. It is told to `onFailure` and acknowledged, or its source would offer
 * it for ever.
 */
export const convert =
  <A, B>(fn: (value: A) => readonly B[], onFailure: (error: unknown, value: A) => void): Operator<A, B> =>
  (source) =>
    new Observable<Envelope<B>>((subscriber) =>
      source.subscribe({
        next: (parent) => {
          let values: readonly B[];
          try {
            values = fn(parent.value);
          } catch (error) {
            onFailure(error, parent.value);
            parent.ack();
            return;
          }
          // By far the most.
          if (values.length === 1) subscriber.next(replace(parent, values[0] as B));
          else for (const child of split(parent, values)) subscriber.next(child);
        },
        error: (error: unknown) => subscriber.error(error),
        complete: () => subscriber.complete(),
      }),
    );
