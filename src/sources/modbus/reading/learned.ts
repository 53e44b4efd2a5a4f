/** What a slave has taught about itself. A key is `function code · 65536 + address`. */
export interface Learned {
  /** Addresses that it does not have, or that a request for others must not read along. */
  readonly illegal: ReadonlySet<number>;
  /** Addresses at which a request must end and another one begin: it refuses both sides together. */
  readonly cuts: ReadonlySet<number>;
}

/** Nothing is known yet. */
export const nothingLearned: Learned = { illegal: new Set(), cuts: new Set() };
