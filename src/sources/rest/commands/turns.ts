import { Observable } from 'rxjs';

/**
 * Lets at most so many pieces of work be under way at a time; the others wait for their turn, in the order in which they are subscribed to.
 *
 * Promises: the next begins when one completes, errors or is given up. How many wait is the caller's affair.
 */
export const turns = (most: number): (<T>(work: Observable<T>) => Observable<T>) => {
  const waiting = new Set<() => void>();
  let running = 0;
  return (work) =>
    new Observable((subscriber) => {
      let begun = false;
      const begin = (): void => {
        waiting.delete(begin);
        begun = true;
        running += 1;
        subscriber.add(work.subscribe(subscriber));
      };
      // After the work's own end, which may come while it is being subscribed to.
      subscriber.add(() => {
        waiting.delete(begin);
        if (!begun) return;
        running -= 1;
        const [next] = waiting;
        next?.();
      });
      if (running < most) begin();
      else waiting.add(begin);
    });
};
