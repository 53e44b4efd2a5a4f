import type { Json } from '../../../model/message.js';

/**
 * A number as JSON. Promises: a whole number is never rounded: beyond 2^53 it is the text of its digits, which the platform reads as a long. NaN and the
 * infinities, which JSON does not have, are null: no value; there is one
 * zero.
 */
export const numberJson = (value: number | bigint): Json => {
  if (value === 0) return 0;
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  const near = Number(value);
  return Number.isSafeInteger(near) ? near : value.toString();
};
