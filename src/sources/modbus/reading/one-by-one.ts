import type { Place, Read } from './place.js';

/** A request for each place, in their order; places that are the same registers share one. What a refused request falls back to. */
export const oneByOne = <P extends Place>(places: readonly P[]): readonly Read<P>[] => {
  const reads = new Map<string, P[]>();
  for (const place of places) {
    const key = `${place.functionCode} ${place.address} ${place.width}`;
    const same = reads.get(key);
    if (same === undefined) reads.set(key, [place]);
    else same.push(place);
  }
  return [...reads.values()].map((same) => {
    const { functionCode, address, width } = same[0]!;
    return { functionCode, address, count: width, places: same };
  });
};
