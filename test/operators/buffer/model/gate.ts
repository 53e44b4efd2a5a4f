import { EMPTY, Observable, lastValueFrom, toArray } from 'rxjs';
import type { Batch, DeadLetter, DeadLetters, Store } from '../../../../src/operators/buffer/store.js';
import type { Caught } from './model.js';

/** A call that the buffer has made and that has not been answered. */
interface Call {
  readonly kind: 'commit' | 'read' | 'tidy' | 'letters';
  readonly batch: Caught;
  /** Does it, and tells the buffer. */
  readonly finish: () => Promise<void>;
  /** Does it, and tells nobody: the process has died meanwhile. */
  readonly die: () => Promise<void>;
  readonly fail: (error: unknown) => void;
}

export interface Books {
  readonly commits: (batch: Batch) => void;
  readonly committed: (batch: Batch) => void;
  readonly lettered: (letters: readonly DeadLetter[]) => void;
  readonly overlap: () => void;
}

export interface Gate {
  readonly watched: (store: Store) => Store;
  readonly letters: DeadLetters;
  readonly call: () => Call | undefined;
}

/**
 * Stands between the buffer and its store: each call waits until the test lets it finish, so that anything can happen meanwhile. Open, it
 * lets calls pass as they are.
 */
export const gate = (books: Books, isOpen: boolean): Gate => {
  let call: Call | undefined;
  let busy = false;
  const through = <T>(kind: Call['kind'], work: Observable<T>, done: () => void, batch?: Batch): Observable<T> =>
    new Observable<T>((subscriber) => {
      if (busy) books.overlap();
      busy = true;
      if (batch) books.commits(batch);
      if (isOpen) {
        const results: T[] = [];
        work.subscribe({ next: (value) => results.push(value) });
        busy = false;
        done();
        results.forEach((value) => subscriber.next(value));
        subscriber.complete();
        return undefined;
      }
      const result = (): Promise<T[]> => lastValueFrom(work.pipe(toArray()));
      const over = (): void => {
        call = undefined;
        busy = false;
      };
      const mine: Call = {
        kind,
        batch,
        finish: async () => {
          const values = await result().catch(mine.fail);
          if (!values) return;
          over();
          done();
          values.forEach((value) => subscriber.next(value));
          subscriber.complete();
        },
        die: async () => {
          await result().catch(() => undefined);
        },
        fail: (error) => {
          over();
          subscriber.error(error);
        },
      };
      call = mine;
      return () => {
        if (call === mine) busy = false;
      };
    });
  return {
    watched: (store) => ({
      ...store,
      commit: (batch) => through('commit', store.commit(batch), () => books.committed(batch), batch),
      read: (...query) => through('read', store.read(...query), () => undefined),
      tidy: () => through('tidy', store.tidy(), () => undefined),
    }),
    letters: (letters) => through('letters', EMPTY, () => books.lettered(letters)),
    call: () => call,
  };
};
