import type { Json } from '../../model/message.js';

/** True when lists and objects stand in each other more than `limit` levels deep. Safe for any depth. */
export const nestedDeeper = (value: Json, limit: number): boolean => {
  let level: readonly Json[] = [value];
  for (let depth = 0; level.length > 0; depth += 1) {
    const inside = level.filter((item) => typeof item === 'object' && item !== null);
    if (inside.length > 0 && depth >= limit) return true;
    level = inside.flatMap((item): readonly Json[] => Object.values(item as Readonly<Record<string, Json>>));
  }
  return false;
};
