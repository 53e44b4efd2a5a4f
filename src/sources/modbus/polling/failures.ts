import type { Log } from '../../../model/component.js';
import type { ReadPoint } from '../reading/points-of.js';

/** Keys that one line of the log names. */
const NAMED = 8;

const named = (points: readonly ReadPoint[]): string => {
  const more = points.length > NAMED ? ` and ${points.length - NAMED} more` : '';
  return `${points
    .slice(0, NAMED)
    .map(({ key }) => key)
    .join(', ')}${more}`;
};

/**
 * Says which data points of a device cannot be read: once when that begins or its reason changes, and when it ends. `onFailed` is told how many are new.
 * Promises: a line for each reason, not for each point or poll.
 */
export const failures = (
  device: string,
  log: Log,
  onFailed: (n: number) => void,
): ((failed: ReadonlyMap<ReadPoint, string>) => void) => {
  let known: ReadonlyMap<ReadPoint, string> = new Map();
  return (failed) => {
    if (failed.size === 0 && known.size === 0) return;
    const byReason = new Map<string, ReadPoint[]>();
    for (const [point, why] of failed) {
      if (known.get(point) === why) continue;
      const same = byReason.get(why);
      if (same === undefined) byReason.set(why, [point]);
      else same.push(point);
    }
    for (const [why, points] of byReason) {
      log.warn('data points could not be read', { device, keys: named(points), why });
      onFailed(points.length);
    }
    const mended = [...known.keys()].filter((point) => !failed.has(point));
    if (mended.length > 0) log.info('data points can be read again', { device, keys: named(mended) });
    known = failed;
  };
};
