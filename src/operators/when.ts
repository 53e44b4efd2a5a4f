import { Observable } from 'rxjs';
import type { OperatorFunction, Subscriber } from 'rxjs';
import type { Envelope } from '../model/envelope.js';

/**
 * Lets some values take a detour through an operator and the others pass beside it.
 *
 * ```
 * source  -a-1-b-2-|          letters take the detour
 * detour  ---A---B---|        through delay
 * result  ---1A--2B---|
 * ```
 *
 * Neither way waits for the other. Completes when the source has completed and the detour is done. The detour is subscribed to once, first of all.
 */
export const when =
  <A, Some extends A, B>(
    test: (value: A) => value is Some,
    detour: OperatorFunction<Envelope<Some>, Envelope<B>>,
  ): OperatorFunction<Envelope<A>, Envelope<B | Exclude<A, Some>>> =>
  (source) =>
    new Observable((subscriber) => {
      // Not a Subject, which looks for its listeners with each value: there is one.
      let some: Subscriber<Envelope<Some>> | undefined;
      let ended = false;
      const entry = new Observable<Envelope<Some>>((detouring) => {
        if (ended) detouring.complete();
        some = detouring;
      });
      const through = entry.pipe(detour).subscribe(subscriber);
      const intake = source.subscribe({
        next: (item) => {
          if (test(item.value)) some?.next(item as Envelope<Some>);
          else subscriber.next(item as Envelope<Exclude<A, Some>>);
        },
        error: (error: unknown) => subscriber.error(error),
        complete: () => {
          ended = true;
          some?.complete();
        },
      });
      return () => {
        intake.unsubscribe();
        through.unsubscribe();
      };
    });
