import type { Json } from '../../../model/message.js';
import { wholeIn } from './whole-in.js';

const words: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['false', false],
  ['1', true],
  ['0', false],
]);

const shown = (value: Json): string => JSON.stringify(value).slice(0, 60);

const bitIn = (value: Json): boolean => {
  const bit = typeof value === 'object' ? undefined : words.get(String(value).trim().toLowerCase());
  if (bit === undefined) throw new RangeError(`${shown(value)} is neither true, false, 1 nor 0`);
  return bit;
};

const listIn = (value: Json): readonly Json[] | undefined => {
  if (Array.isArray(value)) return value as readonly Json[];
  if (typeof value !== 'string' || !/^\s*\[.*\]\s*$/.test(value)) return undefined;
  try {
    return JSON.parse(value.toLowerCase()) as readonly Json[];
  } catch {
    return undefined;
  }
};

/**
 * A command's value as a list of `count` bits: a list of true, false, 1 and 0 (also as text), a text of as many binary digits, or a whole number, whose
 * binary digits they are. One bit is true, false, 1 or 0 itself.
 *
 * Promises: exactly `count` bits, or a RangeError that says why not.
 */
export const bitsIn = (value: Json, count: number): readonly boolean[] => {
  const list = listIn(value);
  if (list !== undefined) {
    if (list.length !== count) throw new RangeError(`${list.length} bits were given where ${count} are written`);
    return list.map(bitIn);
  }
  if (count === 1) return [bitIn(value)];
  if (typeof value === 'string' && value.length === count && /^[01]+$/.test(value)) return Array.from(value, bitIn);
  const whole = wholeIn(value);
  if (whole === undefined || whole < 0n || whole >= 1n << BigInt(count))
    throw new RangeError(`${shown(value)} does not say ${count} bits`);
  return Array.from(whole.toString(2).padStart(count, '0'), bitIn);
};
