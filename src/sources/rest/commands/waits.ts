import type { SchedulerLike } from 'rxjs';

/** What somebody waits for. */
export interface Wait<A> {
  readonly ms: number;
  readonly onValue: (value: A) => void;
  /** It did not come in time. */
  readonly onLate: () => void;
  /** It will not come: everything ends. */
  readonly onEnd: () => void;
}

/** Those that wait for something, by what it is. */
export interface Waits<A> {
  /** Gives a function that gives the waiting up, and tells nobody. */
  readonly add: (key: string, wait: Wait<A>) => () => void;
  /** Tells whoever has waited for it the longest. False if nobody does. */
  readonly tell: (key: string, value: A) => boolean;
  /** Ends all, now and from now on. */
  readonly end: () => void;
}

/** Promises: each that waits is told one thing once, by its deadline at the latest, unless it has given up; nothing is remembered of it then. */
export const waits = <A>(scheduler: SchedulerLike): Waits<A> => {
  const byKey = new Map<string, Set<Wait<A>>>();
  const leaving = new Map<Wait<A>, () => void>();
  let ended = false;
  return {
    add: (key, wait) => {
      if (ended) {
        wait.onEnd();
        return () => undefined;
      }
      const line = byKey.get(key) ?? new Set();
      byKey.set(key, line);
      line.add(wait);
      const leave = (): void => {
        line.delete(wait);
        leaving.delete(wait);
        if (line.size === 0 && byKey.get(key) === line) byKey.delete(key);
        deadline.unsubscribe();
      };
      const deadline = scheduler.schedule(() => {
        leave();
        wait.onLate();
      }, wait.ms);
      leaving.set(wait, leave);
      return leave;
    },
    tell: (key, value) => {
      const [first] = byKey.get(key) ?? [];
      if (first === undefined) return false;
      leaving.get(first)?.();
      first.onValue(value);
      return true;
    },
    end: () => {
      ended = true;
      for (const [wait, leave] of [...leaving]) {
        leave();
        wait.onEnd();
      }
    },
  };
};
