/** The requests that were begun and whose answer the platform has not acknowledged, over restarts. */
export interface Journal {
  /** Whether an earlier run began it, and nobody knows how it ended. */
  readonly isBegun: (key: string) => boolean;
  readonly begin: (key: string) => void;
  readonly end: (key: string) => void;
}
