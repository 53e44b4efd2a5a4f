import { EMPTY, concat, defer } from 'rxjs';
import type { Observable } from 'rxjs';

/** A piece of work; undefined if there is nothing to do now. */
export type Step = () => Observable<never> | undefined;

/**
 * Runs steps one after another. Each is asked when the one before it has completed; a step that has nothing to do costs a call.
 */
export const inTurn = (steps: readonly Step[]): Observable<never> => {
  const from = (first: number): Observable<never> => {
    for (let i = first; i < steps.length; i += 1) {
      const work = steps[i]!();
      if (work !== undefined)
        return i + 1 < steps.length
          ? concat(
              work,
              defer(() => from(i + 1)),
            )
          : work;
    }
    return EMPTY;
  };
  return defer(() => from(0));
};
