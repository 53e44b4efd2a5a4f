import type { Slave } from '../config/slave.js';
import type { Learned } from './learned.js';
import type { Limits, Read } from './place.js';
import { planReads } from './plan-reads.js';
import type { ReadPoint } from './points-of.js';

/**
 * The requests of one poll. With `mergeRequests` neighbours share them; without, each entry of the configuration is asked for by itself, a range in pieces.
 * Promises: as {@link planReads}.
 */
export const readsOf = (
  slave: Limits & Pick<Slave, 'mergeRequests'>,
  points: readonly ReadPoint[],
  learned: Learned,
): readonly Read<ReadPoint>[] => {
  if (slave.mergeRequests) return planReads(points, slave, learned);
  const entries = new Map<object, ReadPoint[]>();
  for (const point of points) {
    const same = entries.get(point.origin);
    if (same === undefined) entries.set(point.origin, [point]);
    else same.push(point);
  }
  return [...entries.values()].flatMap((same) =>
    planReads(same, { ...slave, maxGapRegisters: 0, maxGapBits: 0 }, learned),
  );
};
