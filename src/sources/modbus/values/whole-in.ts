import type { Json } from '../../../model/message.js';

/** A whole number in a command's value: a number, the text of one, or true and false for 1 and 0. Undefined if it is none. */
export const wholeIn = (value: Json): bigint | undefined => {
  if (typeof value === 'boolean') return value ? 1n : 0n;
  if (typeof value === 'number') return Number.isInteger(value) ? BigInt(value) : undefined;
  if (typeof value !== 'string' || value.length > 40 || !/^\s*[+-]?\d+\s*$/.test(value)) return undefined;
  return BigInt(value.trim().replace(/^\+/, ''));
};
