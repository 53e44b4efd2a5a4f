import { Observable } from 'rxjs';
import type { OperatorFunction } from 'rxjs';
import type { Envelope } from '../model/envelope.js';
import { envelope } from '../model/envelope.js';
import { Refused } from '../model/errors.js';

/** How the journey of a value ended. */
export interface Settlement<T> {
  readonly value: T;
  readonly how: 'ack' | 'refused' | 'unavailable';
}

/** Two ends of one thing: what goes in enclosed, and how it ended. */
export interface Recorded<T> {
  /** Encloses plain values; put it where a source would stand. */
  readonly enclose: OperatorFunction<T, Envelope<T>>;
  /** Emits each settlement when it happens: draw it on a line of its own. Never completes by itself. */
  readonly settlements: Observable<Settlement<T>>;
}

/**
 * Values whose acknowledgements can be drawn.
 *
 * ```ts
 * const { enclose, settlements } = recorded<string>();
 * expectObservable(cold('-a-b-|').pipe(enclose, myOperator)).toBe('…');
 * expectObservable(settlements, '^-----!').toBe('…');
 * ```
 *
 * Subscribe `settlements` before the values flow: it does not replay.
 */
export const recorded = <T>(): Recorded<T> => {
  const listeners = new Set<(settlement: Settlement<T>) => void>();
  const say = (value: T, how: Settlement<T>['how']): void => listeners.forEach((listener) => listener({ value, how }));
  return {
    enclose: (source) =>
      new Observable((subscriber) =>
        source.subscribe({
          next: (value) =>
            subscriber.next(
              envelope(
                value,
                () => say(value, 'ack'),
                (why) => say(value, why instanceof Refused ? 'refused' : 'unavailable'),
              ),
            ),
          error: (error: unknown) => subscriber.error(error),
          complete: () => subscriber.complete(),
        }),
      ),
    settlements: new Observable((subscriber) => {
      const listener = (settlement: Settlement<T>): void => subscriber.next(settlement);
      listeners.add(listener);
      return () => listeners.delete(listener);
    }),
  };
};
