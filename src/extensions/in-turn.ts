import { Observable, Subscription } from 'rxjs';

/**
 * Makes a function that lets one of its streams run at a time, in the order in which they are subscribed to.
 *
 * Promises: the next begins once the one before has ended or is left; one that is left before its turn never begins.
 */
export const inTurn = (): (<T>(work: Observable<T>) => Observable<T>) => {
  const waiting = new Set<() => void>();
  let isBusy = false;
  const next = (): void => {
    const [begin] = waiting;
    isBusy = begin !== undefined;
    begin?.();
  };
  return <T>(work: Observable<T>) =>
    new Observable<T>((subscriber) => {
      const all = new Subscription();
      const begin = (): void => {
        waiting.delete(begin);
        all.add(work.subscribe(subscriber));
        all.add(next);
      };
      all.add(() => waiting.delete(begin));
      waiting.add(begin);
      if (!isBusy) next();
      return all;
    });
};
