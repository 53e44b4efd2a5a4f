import { AsyncLocalStorage } from 'node:async_hooks';
import { Observable } from 'rxjs';
import type { MonoTypeOperatorFunction } from 'rxjs';

const running = new AsyncLocalStorage<string | undefined>();

/** The folder of the user's module that has begun what runs now, however long ago; undefined: none of them has. */
export const whoRuns = (): string | undefined => running.getStore();

/** Runs something in the name of this folder; undefined: in ours. All that it begins runs in the same name, whenever that is. */
export const inNameOf = <T>(folder: string | undefined, run: () => T): T => running.run(folder, run);

/**
 * Lets a stream cross the border between a user's code and ours: it is subscribed to, and left, in the name of `begun`, and what comes of it runs in that of
 * `heard`. Nothing else of it changes.
 */
export const crossing =
  <T>(begun: string | undefined, heard: string | undefined): MonoTypeOperatorFunction<T> =>
  (source) =>
    new Observable<T>((subscriber) => {
      const subscription = inNameOf(begun, () =>
        source.subscribe({
          next: (value) => inNameOf(heard, () => subscriber.next(value)),
          error: (error: unknown) => inNameOf(heard, () => subscriber.error(error)),
          complete: () => inNameOf(heard, () => subscriber.complete()),
        }),
      );
      return () => inNameOf(begun, () => subscription.unsubscribe());
    });
