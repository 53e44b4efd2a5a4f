/**
 * A retry policy is a value: how long to wait, in milliseconds, before the given attempt.
 * Attempts count from 0 and start again once a try has lasted. The error tells a refusal from a lost wire.
 */
export type Backoff = (attempt: number, error: unknown) => number;

/** How long the waits of {@link fullJitter} may be. */
export interface FullJitter {
  /** Upper bound of the first wait, in ms. Default 1000. */
  readonly base?: number;
  /** Upper bound of any wait, in ms. Default 60 000. */
  readonly cap?: number;
  /** Lower bound of any wait, in ms. Default 0. */
  readonly floor?: number;
  /** Uniform in [0, 1). Tests fix it. */
  readonly random?: () => number;
}

/**
 * Exponential backoff with full jitter: a wait drawn evenly from nothing up to a bound that doubles with each attempt.
 * Gateways that lost one platform together come back spread out.
 */
export const fullJitter =
  ({ base = 1_000, cap = 60_000, floor = 0, random = Math.random }: FullJitter = {}): Backoff =>
  (attempt) =>
    floor + random() * Math.max(0, Math.min(cap, base * 2 ** Math.min(attempt, 30)) - floor);
