import type { Json } from '../../model/message.js';

/**
 * Whether two values are the same: exactly, of the same type, and all the way down. The order of an object's keys does not count, that of
 * a list does. `1` is neither `true` nor `"1"`; there is no tolerance.
 */
export const deepEqual = (a: Json, b: Json): boolean => {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) || Array.isArray(b)) {
    if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false;
    const others = b as readonly Json[];
    return (a as readonly Json[]).every((item, i) => deepEqual(item, others[i]!));
  }
  const [left, right] = [a as Readonly<Record<string, Json>>, b as Readonly<Record<string, Json>>];
  const keys = Object.keys(left);
  return (
    keys.length === Object.keys(right).length &&
    keys.every((key) => Object.hasOwn(right, key) && deepEqual(left[key]!, right[key]!))
  );
};
