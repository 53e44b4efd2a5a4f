import { ProtocolError } from '../../../model/errors.js';
import type { Json } from '../../../model/message.js';
import { bitAt } from './bit-at.js';
import { bitList } from './bit-list.js';
import { countOf } from './count-of.js';
import { isBitwise } from './is-bitwise.js';
import type { Orders } from './layout-of.js';
import { numberJson } from './number-json.js';
import { readNumber } from './read-number.js';
import { rounded } from './rounded.js';
import { scaled } from './scaled.js';
import { shapeOf } from './shape-of.js';
import type { Shape, ValueType } from './shape-of.js';
import { textIn } from './text-in.js';
import { varied } from './varied.js';
import { widthOf } from './width-of.js';

/** What is read, and what it means. Orders: the slave's, where the point has none of its own. */
export interface Readable extends Orders {
  readonly type: ValueType;
  readonly functionCode: 1 | 2 | 3 | 4;
  readonly objectsCount?: number;
  readonly divider?: number;
  readonly multiplier?: number;
  readonly round: number;
  readonly bit?: number;
  readonly bitTargetType: 'bool' | 'int';
  readonly variants?: ReadonlyMap<string, unknown>;
}

/**
 * Reads a value out of an answer. `payload` is what follows the count of bytes on the wire: registers with their high byte first, or bits eight to a byte,
 * the least significant first. `at` says how many registers or bits in front of it belong to others.
 */
export type Decode = (payload: Buffer, at: number) => Json;

type Read = (payload: Buffer, at: number) => Json;

const bitsRead = ({ functionCode, bit, bitTargetType }: Readable, count: number): Read => {
  const list = isBitwise(functionCode) ? bitList.ofCoils : bitList.ofRegisters;
  const shown = (one: boolean): boolean | number => (bitTargetType === 'int' ? Number(one) : one);
  return (payload, at) => {
    const bits = list(payload, at, count);
    if (bit !== undefined) return Number(bits[Math.min(bit, count - 1)]);
    return count === 1 ? shown(bits[0]!) : bits.map(shown);
  };
};

const numberRead = (point: Readable, { kind, bytes }: Extract<Shape, { bytes: number }>): Read => {
  const read = readNumber(kind, bytes, point);
  const scale = isBitwise(point.functionCode) ? {} : point;
  return (payload, from) => {
    const raw = read(payload, from);
    return numberJson(scaled(kind === 'float' ? rounded(Number(raw), point.round) : raw, scale));
  };
};

const textRead =
  (kind: 'string' | 'bytes', length: number): Read =>
  (payload, from) => {
    const bytes = payload.subarray(from, from + length);
    return kind === 'string' ? textIn(bytes) : bytes.toString('hex');
  };

/** Coils as bytes: the first of each eight is the most significant, and what is missing of the last eight is 0. */
const packed = (payload: Buffer, at: number, count: number): Buffer => {
  const bytes = Buffer.alloc(Math.ceil(count / 8));
  for (let i = 0; i < count; i += 1) if (bitAt(payload, at + i)) bytes[i >> 3]! |= 0x80 >> (i & 7);
  return bytes;
};

const compiled = (point: Readable): Read => {
  const count = countOf(point);
  const shape = shapeOf(point.type, count);
  if (shape === undefined) throw new RangeError(`${point.type} has 1, 2 or 4 registers, not ${count}`);
  if (shape.kind === 'bits') return bitsRead(point, count);
  const bitwise = isBitwise(point.functionCode);
  const read =
    'bytes' in shape ? numberRead(point, shape) : textRead(shape.kind, bitwise ? Math.ceil(count / 8) : count * 2);
  return bitwise ? (payload, at) => read(packed(payload, at, count), 0) : (payload, at) => read(payload, at * 2);
};

/**
 * Compiles a data point into the function that reads its value (modbus.md, Types).
 *
 * Promises: 64-bit integers are exact: a number, and beyond 2^53 the text of its digits. A float that is NaN or infinite is null, which means no value.
 * Rounding comes first, then divider or multiplier, then variants. An answer that is too short is a ProtocolError. What it gives shares no memory
 * with the answer.
 */
export const decoderOf = (point: Readable): Decode => {
  const read = compiled(point);
  const replace = varied(point.variants);
  const width = widthOf(point);
  const perByte = isBitwise(point.functionCode) ? 1 / 8 : 2;
  return (payload, at) => {
    if (payload.length < Math.ceil((at + width) * perByte))
      throw new ProtocolError('CONVERSION_FAILED', `the answer has ${payload.length} bytes, which is too few`);
    return replace(read(payload, at));
  };
};
