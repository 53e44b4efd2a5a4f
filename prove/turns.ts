import type { Scenario } from './scenario.js';

export interface Turn {
  readonly scenario: Scenario;
  /** Added to the seed of the round, so that the same scenario draws other faults. */
  readonly own: number;
}

/** Far from the seeds of other rounds. */
const APART = 1_000_000;

/** What a round runs: each scenario once, or as often as it asks for, where the rounds are many. */
export const turns = (only: readonly Scenario[], isLong: boolean): readonly Turn[] =>
  only.flatMap((scenario) =>
    Array.from({ length: isLong ? (scenario.times ?? 1) : 1 }, (_, i) => ({ scenario, own: i * APART })),
  );
