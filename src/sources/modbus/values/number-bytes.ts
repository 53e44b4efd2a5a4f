import type { Json } from '../../../model/message.js';
import { halfFloat } from './half-float.js';
import { layoutOf } from './layout-of.js';
import type { Orders } from './layout-of.js';
import type { Shape } from './shape-of.js';
import { wholeIn } from './whole-in.js';

type NumberShape = Extract<Shape, { bytes: number }>;

const shown = (value: Json): string => JSON.stringify(value).slice(0, 60);

const wholeBytes = ({ kind, bytes }: NumberShape, value: Json): Buffer => {
  const whole = wholeIn(value);
  if (whole === undefined) throw new RangeError(`${shown(value)} is no whole number`);
  const bits = BigInt(bytes * 8);
  const [least, most] = kind === 'int' ? [-(1n << (bits - 1n)), (1n << (bits - 1n)) - 1n] : [0n, (1n << bits) - 1n];
  if (whole < least || whole > most) throw new RangeError(`${shown(value)} is not between ${least} and ${most}`);
  const big = Buffer.alloc(8);
  big.writeBigUInt64BE(BigInt.asUintN(64, whole));
  return big.subarray(8 - bytes);
};

const floatBytes = ({ bytes }: NumberShape, value: Json): Buffer => {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof number !== 'number' || !Number.isFinite(number)) throw new RangeError(`${shown(value)} is no number`);
  const big = Buffer.alloc(bytes);
  const half = bytes === 2 ? halfFloat.to(number) : undefined;
  if (bytes === 2 ? half === undefined : bytes === 4 && !Number.isFinite(Math.fround(number)))
    throw new RangeError(`${shown(value)} is too large for a float of ${bytes * 8} bits`);
  if (half !== undefined) big.writeUInt16BE(half);
  else if (bytes === 4) big.writeFloatBE(number);
  else big.writeDoubleBE(number);
  return big;
};

/**
 * A number as the bytes of its registers, high byte of each first: the inverse of reading it.
 *
 * Promises: nothing is rounded to a whole number or cut to a range: a RangeError says what is wrong. Text holds numbers as well, and whole numbers of 64
 * bits exactly.
 */
export const numberBytes = (shape: NumberShape, orders: Orders, value: Json): Buffer => {
  const big = shape.kind === 'float' ? floatBytes(shape, value) : wholeBytes(shape, value);
  const bytes = Buffer.alloc(Math.max(2, shape.bytes));
  layoutOf(shape.bytes, orders).forEach((place, k) => (bytes[place] = big[k]!));
  return bytes;
};
