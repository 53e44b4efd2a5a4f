import type { Slave } from '../config/slave.js';
import { learn } from '../reading/learn.js';
import { nothingLearned } from '../reading/learned.js';
import type { Learned } from '../reading/learned.js';
import type { Read } from '../reading/place.js';
import type { ReadPoint } from '../reading/points-of.js';
import { readsOf } from '../reading/reads-of.js';
import { unlearn } from '../reading/unlearn.js';

/** The requests of a slave's polls, as they become known to be right. */
export interface ReadPlan {
  readonly points: readonly ReadPoint[];
  /** In the order of a poll: what was not answered the last time comes last. */
  readonly reads: () => readonly Read<ReadPoint>[];
  /** The cheapest of them: whether the slave is there. */
  readonly probe: () => Read<ReadPoint> | undefined;
  readonly answered: (read: Read) => void;
  readonly unanswered: (read: Read) => void;
  /** It was refused, and of its places these were refused again when they were asked for alone. */
  readonly refused: (read: Read, places: readonly ReadPoint[]) => void;
}

const keyOf = ({ functionCode, address, count }: Read): string => `${functionCode} ${address} ${count}`;

/** Begins with what the configuration says. Lives as long as the source: a connection that is lost teaches nothing about a slave. */
export const readPlan = (slave: Slave, points: readonly ReadPoint[]): ReadPlan => {
  const unanswered = new Set<string>();
  let learned = nothingLearned;
  let reads = readsOf(slave, points, learned);
  const know = (more: Learned): void => {
    if (more === learned) return;
    learned = more;
    reads = readsOf(slave, points, learned);
    unanswered.clear();
  };
  const isLast = (read: Read): boolean => unanswered.has(keyOf(read));
  return {
    points,
    reads: () => (unanswered.size === 0 ? reads : [...reads.filter((read) => !isLast(read)), ...reads.filter(isLast)]),
    probe: () => [...reads].sort((a, b) => Number(isLast(a)) - Number(isLast(b)) || a.count - b.count)[0],
    answered: (read) => {
      if (unanswered.size > 0) unanswered.delete(keyOf(read));
      know(unlearn(learned, read));
    },
    unanswered: (read) => {
      unanswered.add(keyOf(read));
    },
    refused: (read, places) => know(learn(learned, read, places)),
  };
};
