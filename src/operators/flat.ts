import { Observable } from 'rxjs';
import type { OperatorFunction } from 'rxjs';

/**
 * Emits each of the values that a function makes of one, in order. `mergeMap` with an array does the same and makes four objects and
 * an inner subscription for each value; this stands where every message passes.
 *
 * ```
 * source  -a----b-|
 * fn       [x,y] []
 * result  -(xy)---|
 * ```
 */
export const flat =
  <A, B>(fn: (value: A) => readonly B[]): OperatorFunction<A, B> =>
  (source) =>
    new Observable<B>((subscriber) =>
      source.subscribe({
        next: (value) => {
          try {
            for (const each of fn(value)) subscriber.next(each);
          } catch (error) {
            subscriber.error(error);
          }
        },
        error: (error: unknown) => subscriber.error(error),
        complete: () => subscriber.complete(),
      }),
    );
