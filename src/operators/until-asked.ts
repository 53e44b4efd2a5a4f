import { endWith, ignoreElements, takeUntil } from 'rxjs';
import type { MonoTypeOperatorFunction, Observable } from 'rxjs';

/**
 * Ends a source when it is asked to: when its `commands` complete.
 *
 * For a source that is done at once, with nothing of its own to settle first.
 */
export const untilAsked = <T>(commands: Observable<unknown>): MonoTypeOperatorFunction<T> =>
  takeUntil(commands.pipe(ignoreElements(), endWith(undefined)));
