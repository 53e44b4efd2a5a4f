import { asyncScheduler, defer, retry, tap, timer } from 'rxjs';
import type { MonoTypeOperatorFunction, SchedulerLike } from 'rxjs';
import { ConnectionError, reasonOf } from '../model/errors.js';
import type { Backoff } from './backoff.js';

/** What is tried again, and when. */
export interface RetryBackoff {
  /** How long each wait is. */
  readonly backoff: Backoff;
  /** Which errors are worth another try. Default: a {@link ConnectionError}. */
  readonly retriable?: (error: unknown) => boolean;
  /** A try that emitted and then lasted this long, in ms, sets the attempts back to 0. Default 10 000. */
  readonly lasting?: number;
  /** How many tries in a row may follow the first one; the error of the last passes. Default: no end. */
  readonly most?: number | undefined;
  /** Told before each wait. `attempt` counts from 1, `delay` is in ms. */
  readonly onRetry?: (retry: { readonly attempt: number; readonly delay: number; readonly why: string }) => void;
  /** Where time comes from. Default: RxJS's `asyncScheduler`. */
  readonly scheduler?: SchedulerLike;
}

/**
 * Subscribes again after an error, each time a little later.
 *
 * Promises: errors that are not retriable pass through at once; a connection that is accepted and lost again within
 * `lasting` does not reset the backoff, so that a flapping peer is not hammered.
 */
export const retryBackoff =
  <T>({
    backoff,
    retriable = (error) => error instanceof ConnectionError,
    lasting = 10_000,
    most = Infinity,
    onRetry,
    scheduler = asyncScheduler,
  }: RetryBackoff): MonoTypeOperatorFunction<T> =>
  (source) =>
    defer(() => {
      let attempt = 0;
      let since: number | undefined;
      return defer(() => {
        since = undefined;
        return source;
      }).pipe(
        tap(() => (since ??= scheduler.now())),
        retry({
          delay: (error: unknown) => {
            if (!retriable(error)) throw error;
            if (since !== undefined && scheduler.now() - since >= lasting) attempt = 0;
            if (attempt >= most) throw error;
            const delay = backoff(attempt, error);
            attempt += 1;
            onRetry?.({ attempt, delay, why: reasonOf(error) });
            return timer(delay, scheduler);
          },
        }),
      );
    });
