interface Waiter {
  readonly check: () => void;
}

/**
 * Waits for conditions that events bring about. `changed()` is called after each event and re-checks every waiter once per turn of the
 * event loop. A wait ends at its deadline with an error which says what was awaited and what `state` tells then.
 */
export const waiting = (state: () => string) => {
  const waiters = new Set<Waiter>();
  let scheduled = false;
  const run = (): void => {
    scheduled = false;
    for (const waiter of [...waiters]) waiter.check();
  };
  const changed = (): void => {
    if (waiters.size === 0 || scheduled) return;
    scheduled = true;
    setImmediate(run);
  };
  const until = (predicate: () => boolean, deadlineMs = 10_000, what = predicate.toString()): Promise<void> =>
    new Promise((resolve, reject) => {
      const finish = (settle: () => void): void => {
        clearTimeout(timer);
        waiters.delete(waiter);
        settle();
      };
      const check = (): void => {
        try {
          if (predicate()) finish(resolve);
        } catch (error) {
          finish(() => {
            reject(error instanceof Error ? error : new Error(String(error)));
          });
        }
      };
      const waiter: Waiter = { check };
      const timer = setTimeout(() => {
        finish(() => {
          reject(new Error(`not within ${deadlineMs} ms: ${what}; ${state()}`));
        });
      }, deadlineMs);
      waiters.add(waiter);
      check();
    });
  return { until, changed };
};
