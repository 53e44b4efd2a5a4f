/** How the polls of a connector keep to their schedule. Only grows. */
export interface PollCounts {
  readonly began: (late: number) => void;
  readonly skipped: (n: number) => void;
  /** Polls, ticks that brought none, and by how many ms all polls together were late. */
  readonly read: () => { readonly polls: number; readonly pollsSkipped: number; readonly pollsLateMs: number };
}

/** Counts that begin at nought. Promises: an addition or two a poll; what was read does not change afterwards. */
export const pollCounts = (): PollCounts => {
  let polls = 0;
  let pollsSkipped = 0;
  let pollsLateMs = 0;
  return {
    began: (late) => {
      polls += 1;
      pollsLateMs += late;
    },
    skipped: (n) => {
      pollsSkipped += n;
    },
    read: () => ({ polls, pollsSkipped, pollsLateMs }),
  };
};
