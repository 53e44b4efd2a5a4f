import type { Limits } from './contract.js';

interface Bucket {
  readonly capacity: number;
  readonly perMs: number;
  level: number;
  at: number;
}

const buckets = (spec: string | undefined, now: number): Bucket[] =>
  (spec ?? '')
    .split(/[,;]/)
    .filter((pair) => pair.trim() !== '')
    .map((pair) => pair.split(':').map(Number))
    .filter(([capacity = 0, seconds = 0]) => capacity > 0 && seconds > 0)
    .map(([capacity = 0, seconds = 1]) => ({ capacity, perMs: capacity / (seconds * 1000), level: capacity, at: now }));

/** Takes n from every window or, when one of them lacks it, from none. */
const take = (windows: readonly Bucket[], n: number, now: number): boolean => {
  for (const bucket of windows) {
    bucket.level = Math.min(bucket.capacity, bucket.level + (now - bucket.at) * bucket.perMs);
    bucket.at = now;
  }
  // A hair of tolerance: levels are sums of fractions.
  if (windows.some((bucket) => bucket.level + 1e-6 < n)) return false;
  for (const bucket of windows) bucket.level -= n;
  return true;
};

/**
 * The platform's rate limits for one owner (the gateway itself, or all devices behind it): token buckets refilled continuously.
 * A message with data points takes one telemetry message and its points; a failure in the second does not give back the first;
 * any other message takes one message. `true` means allowed. Source: the platform's MQTT contract, §7.
 */
export const rateLimits = (limits: Limits | undefined, clock: () => number = Date.now) => {
  const start = clock();
  const messages = buckets(limits?.messages, start);
  const telemetryMessages = buckets(limits?.telemetryMessages, start);
  const telemetryDataPoints = buckets(limits?.telemetryDataPoints, start);
  return (points: number): boolean =>
    points === 0
      ? take(messages, 1, clock())
      : take(telemetryMessages, 1, clock()) && take(telemetryDataPoints, points, clock());
};
