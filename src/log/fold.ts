export interface Fold<Line> {
  readonly window: number;
  /** How many different lines are remembered; the oldest is forgotten for a new one. */
  readonly limit: number;
  /** Writes a line that happened `times` times more in the window that has ended. */
  readonly repeated: (line: Line, times: number) => void;
}

export interface Folding<Line> {
  /** True if the line is to be written now; if not it was counted. */
  readonly admit: (key: string, line: Line) => boolean;
  /** Writes all counts and stops all timers. */
  readonly flush: () => void;
}

interface Entry<Line> {
  until: number;
  line: Line;
  times: number;
  timer?: NodeJS.Timeout;
}

/**
 * Lets the first of many identical lines through and folds the others into one count per window (ms).
 *
 * Promises: no occurrence is left uncounted, not even when a line is forgotten; memory is bounded by `limit`; a timer runs only
 * while something is folded, and keeps no process alive.
 */
export const fold = <Line>({ window, limit, repeated }: Fold<Line>): Folding<Line> => {
  const entries = new Map<string, Entry<Line>>();
  const tell = (entry: Entry<Line>): void => {
    clearTimeout(entry.timer);
    delete entry.timer;
    const { times } = entry;
    entry.times = 0;
    if (times > 0) repeated(entry.line, times);
  };
  const forgetOne = (): void => {
    for (const [key, entry] of entries) {
      entries.delete(key);
      tell(entry);
      return;
    }
  };
  const arm = (entry: Entry<Line>): void => {
    entry.timer = setTimeout(() => {
      entry.until = performance.now() + window;
      tell(entry);
    }, entry.until - performance.now());
    entry.timer.unref();
  };
  return {
    admit: (key, line) => {
      const known = entries.get(key);
      if (known && (known.timer || performance.now() < known.until)) {
        known.times += 1;
        known.line = line;
        if (!known.timer) arm(known);
        return false;
      }
      entries.delete(key);
      if (entries.size >= limit) forgetOne();
      entries.set(key, { until: performance.now() + window, line, times: 0 });
      return true;
    },
    flush: () => entries.forEach(tell),
  };
};
