import { Observable, from } from 'rxjs';
import type { ObservableInput, OperatorFunction, Subscription } from 'rxjs';

/**
 * Like `concatMap`, but hands the work everything that arrived while it was busy.
 *
 * ```
 * source  -a-bcd-------e-|
 * work     -----x -----x -----x      one turn at a time
 * batches  [a]   [b,c,d] [e]
 * ```
 *
 * Idle means immediate, busy means big batches; there is no timer. One turn never overlaps the next. Completes when the source
 * has completed and the last turn is done. What waits is bounded by what the source may have outstanding.
 */
export const batchMap =
  <A, B>(work: (batch: readonly A[]) => ObservableInput<B>): OperatorFunction<A, B> =>
  (source) =>
    new Observable<B>((subscriber) => {
      let waiting: A[] = [];
      let busy = false;
      let completed = false;
      let turn: Subscription | undefined;

      const next = (): void => {
        // A loop and not a recursion: work that completes at once would otherwise grow the stack.
        while (!busy && waiting.length > 0 && !subscriber.closed) {
          const batch = waiting;
          waiting = [];
          busy = true;
          let sync = true;
          let result: Observable<B>;
          try {
            result = from(work(batch));
          } catch (error) {
            subscriber.error(error);
            return;
          }
          turn = result.subscribe({
            next: (value) => subscriber.next(value),
            error: (error: unknown) => subscriber.error(error),
            complete: () => {
              busy = false;
              if (!sync) next();
            },
          });
          sync = false;
        }
        if (completed && !busy && waiting.length === 0) subscriber.complete();
      };

      const intake = source.subscribe({
        next: (value) => {
          waiting.push(value);
          if (!busy) next();
        },
        error: (error: unknown) => subscriber.error(error),
        complete: () => {
          completed = true;
          if (!busy) next();
        },
      });
      return () => {
        intake.unsubscribe();
        turn?.unsubscribe();
        waiting = [];
      };
    });
