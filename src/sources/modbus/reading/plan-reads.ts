import { isBitwise } from '../values/is-bitwise.js';
import { addressKey } from './address-key.js';
import type { Learned } from './learned.js';
import type { Limits, Place, Read } from './place.js';

/** What a request covers while it grows: from `start` to before `end`. */
interface Growing<P> {
  readonly functionCode: 1 | 2 | 3 | 4;
  readonly start: number;
  end: number;
  limit: number;
  /** It may not be shared: there is something in it that others must not read along. */
  alone: boolean;
  readonly places: P[];
}

const has = (keys: ReadonlySet<number>, functionCode: number, from: number, to: number): boolean => {
  if (keys.size === 0) return false;
  for (let address = from; address < to; address += 1) if (keys.has(addressKey(functionCode, address))) return true;
  return false;
};

/**
 * Plans the requests that read some places of a slave: neighbours of one function code share a request.
 *
 * Promises: every place is in exactly one request, whole. A request of several different places is within the slave's limits and those of its places, reads
 * no more than the allowed gap between two of them, and holds no address that is known as illegal and no cut. Places that are the same registers share
 * a request always. One that is larger than its limits, or holds an illegal address, is read alone. The order is that of the function codes and addresses.
 * A pure function; time and memory are those of a sort.
 */
export const planReads = <P extends Place>(
  places: readonly P[],
  limits: Limits,
  learned: Learned,
): readonly Read<P>[] => {
  const sorted = [...places].sort(
    (a, b) => a.functionCode - b.functionCode || a.address - b.address || a.width - b.width,
  );
  const reads: Growing<P>[] = [];
  for (const place of sorted) {
    const { functionCode, address: start, width } = place;
    const end = start + width;
    const bitwise = isBitwise(functionCode);
    const most = bitwise ? limits.maxBitsPerRequest : limits.maxRegistersPerRequest;
    const gap = bitwise ? limits.maxGapBits : limits.maxGapRegisters;
    const limit = Math.min(most, place.limit ?? most);
    const alone = has(learned.illegal, functionCode, start, end) || has(learned.cuts, functionCode, start + 1, end);
    const last = reads.at(-1);
    const fits = (read: Growing<P>): boolean => {
      if (read.functionCode !== functionCode) return false;
      if (read.start === start && read.end === end) return true;
      return (
        !alone &&
        !read.alone &&
        start - read.end <= gap &&
        Math.max(end, read.end) - read.start <= Math.min(limit, read.limit) &&
        !has(learned.illegal, functionCode, read.end, start) &&
        !has(learned.cuts, functionCode, read.end, start + 1)
      );
    };
    if (last !== undefined && fits(last)) {
      last.end = Math.max(end, last.end);
      last.limit = Math.min(limit, last.limit);
      last.places.push(place);
    } else reads.push({ functionCode, start, end, limit, alone, places: [place] });
  }
  return reads.map(({ functionCode, start, end, places: within }) => ({
    functionCode,
    address: start,
    count: end - start,
    places: within,
  }));
};
