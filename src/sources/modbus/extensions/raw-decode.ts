import type { Json } from '../../../model/message.js';
import type { ReadPoint } from '../reading/points-of.js';
import { bitAt } from '../values/bit-at.js';
import type { Decode } from '../values/decoder-of.js';
import { isBitwise } from '../values/is-bitwise.js';

/** Bits of an answer, moved so that the first one of them is the first of a byte. */
const bitsFrom = (payload: Buffer, at: number, count: number): Buffer => {
  const bytes = Buffer.alloc(Math.ceil(count / 8));
  for (let i = 0; i < count; i += 1) if (bitAt(payload, at + i)) bytes[i >> 3]! |= 1 << (i & 7);
  return bytes;
};

const valueIn = (decode: Decode, payload: Buffer, at: number): Json => {
  try {
    return decode(payload, at);
  } catch {
    return null;
  }
};

/** A point that is decoded to what a converter of the user's own is given of it: its bytes as hexadecimal digits, and the value that the built-in one sees. */
export const rawDecode = (point: ReadPoint): ReadPoint => {
  const { decode, functionCode, width } = point;
  return {
    ...point,
    decode: (payload, at) => {
      const bytes = isBitwise(functionCode) ? bitsFrom(payload, at, width) : payload.subarray(at * 2, (at + width) * 2);
      return { bytes: bytes.toString('hex'), value: valueIn(decode, payload, at) };
    },
  };
};
