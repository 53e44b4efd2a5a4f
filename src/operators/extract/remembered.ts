/** Longer keys are not worth the memory that a hostile peer could make them cost. */
const LONGEST_KEY = 512;

/**
 * The same function with a memory of its last `limit` results; the oldest is forgotten first.
 * Keys beyond 512 characters are not remembered, so the memory is bounded.
 */
export const remembered = <A>(compute: (key: string) => A, limit: number): ((key: string) => A) => {
  const known = new Map<string, A>();
  // Kept, for a new one would pass over the holes of all that were forgotten before, each time.
  const inOrder = known.keys();
  return (key) => {
    const hit = known.get(key);
    if (hit !== undefined) return hit;
    const value = compute(key);
    if (key.length > LONGEST_KEY) return value;
    if (known.size >= limit) known.delete(inOrder.next().value ?? '');
    known.set(key, value);
    return value;
  };
};
