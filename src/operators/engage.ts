import { NEVER, Observable, concat, mergeMap, take } from 'rxjs';
import type { MonoTypeOperatorFunction, Subscriber } from 'rxjs';

/**
 * A step that values pass by until it is needed, and take from then on.
 *
 * ```
 * source  -a-b-c-d-|
 * needed  ----n-----
 * result  -a-b-C-D-|      step makes capitals
 * ```
 *
 * Promises: the source is subscribed to once, and stays so; nothing is lost or overtaken when the step comes in. Until then a value costs one call.
 */
export const engage =
  <A>(needed: Observable<unknown>, step: MonoTypeOperatorFunction<A>): MonoTypeOperatorFunction<A> =>
  (source) =>
    new Observable<A>((subscriber) => {
      let entry: Subscriber<A> = subscriber;
      const entered = new Observable<A>((inner) => {
        entry = inner;
      });
      // That it can never be needed any more is no end.
      const engaged = concat(needed, NEVER).pipe(
        take(1),
        mergeMap(() => entered.pipe(step)),
      );
      const through = engaged.subscribe(subscriber);
      const intake = source.subscribe({
        next: (value) => entry.next(value),
        error: (error: unknown) => entry.error(error),
        complete: () => entry.complete(),
      });
      return () => {
        intake.unsubscribe();
        through.unsubscribe();
      };
    });
