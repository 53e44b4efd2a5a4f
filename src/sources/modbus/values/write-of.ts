import type { Json } from '../../../model/message.js';
import { reasonOf } from '../../../model/errors.js';
import { RpcError } from '../../../model/rpc-error.js';
import { bitsIn } from './bits-in.js';
import { countOf } from './count-of.js';
import { grouped } from './grouped.js';
import { isBitwise } from './is-bitwise.js';
import type { Orders } from './layout-of.js';
import { numberBytes } from './number-bytes.js';
import { shapeOf } from './shape-of.js';
import type { ValueType } from './shape-of.js';

/** What is written, and where. Orders: the slave's, where the rule has none of its own. */
export interface Writable extends Orders {
  readonly type: ValueType;
  readonly functionCode: number;
  readonly objectsCount?: number;
  readonly address: number;
  readonly repack: boolean;
}

/** A write as it goes to the slave. Coils in the order of their addresses. */
export type Write =
  | { readonly functionCode: 5 | 15; readonly address: number; readonly coils: readonly boolean[] }
  | { readonly functionCode: 6 | 16; readonly address: number; readonly registers: readonly number[] };

/** The bits of a list in registers, such that reading the list gives it back: at their end. One bit alone is the number 0 or 1. */
const bitBytes = (bits: readonly boolean[]): Buffer => {
  const bytes = Buffer.alloc(Math.ceil(bits.length / 16) * 2);
  if (bits.length === 1) bytes[1] = Number(bits[0]);
  else {
    const skipped = bytes.length * 8 - bits.length;
    bits.forEach((bit, i) => {
      if (bit) bytes[(skipped + i) >> 3]! |= 1 << ((skipped + i) & 7);
    });
  }
  return bytes;
};

const textBytes = (kind: 'string' | 'bytes', value: Json, room: number): Buffer => {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  if (kind === 'bytes' && !/^(?:[\da-f]{2})*$/i.test(text))
    throw new RangeError('bytes are written as pairs of hexadecimal digits');
  const given = Buffer.from(text, kind === 'bytes' ? 'hex' : 'utf8');
  if (given.length > room) throw new RangeError(`the value has ${given.length} bytes, and there is room for ${room}`);
  const bytes = Buffer.alloc(room);
  given.copy(bytes);
  return bytes;
};

const bytesOf = (rule: Writable, value: Json): Buffer => {
  const count = countOf(rule);
  const shape = shapeOf(rule.type, count);
  if (shape === undefined) throw new RangeError(`${rule.type} has 1, 2 or 4 registers, not ${count}`);
  if (shape.kind === 'bits') return bitBytes(bitsIn(value, count));
  if ('bytes' in shape) return numberBytes(shape, rule, value);
  const room = isBitwise(rule.functionCode) ? Math.ceil(count / 8) : count * 2;
  return textBytes(shape.kind, value, room);
};

const coilsOf = (rule: Writable, value: Json): readonly boolean[] => {
  const count = countOf(rule);
  if (shapeOf(rule.type, count)?.kind === 'bits') return grouped(bitsIn(value, count));
  const coils = [...bytesOf(rule, value)].flatMap((byte) =>
    Array.from({ length: 8 }, (_, i) => (byte & (0x80 >> i)) !== 0),
  );
  if (coils.slice(count).includes(true)) throw new RangeError(`the value needs more than ${count} coils`);
  return coils.slice(0, count);
};

const registersOf = (rule: Writable, value: Json): readonly number[] => {
  const bytes = bytesOf(rule, value);
  const little = rule.repack && rule.byteOrder === 'LITTLE';
  return Array.from({ length: bytes.length / 2 }, (_, i) =>
    little ? bytes.readUInt16LE(i * 2) : bytes.readUInt16BE(i * 2),
  );
};

const written = (rule: Writable, value: Json): Write => {
  const { functionCode, address } = rule;
  if (functionCode === 5) {
    if (countOf(rule) > 1) throw new RangeError('function code 5 writes one coil; 15 writes several');
    return { functionCode, address, coils: bitsIn(value, 1) };
  }
  if (functionCode === 15) return { functionCode, address, coils: coilsOf(rule, value) };
  if (functionCode !== 6 && functionCode !== 16) throw new RangeError('Unsupported function code in RPC request.');
  const registers = registersOf(rule, value);
  if (functionCode === 6 && registers.length > 1)
    throw new RangeError(
      `function code 6 writes one register, and the value has ${registers.length}; 16 writes several`,
    );
  return { functionCode, address, registers };
};

/**
 * What writing a value means on the wire (modbus.md, Writing).
 *
 * Promises: what is written can be read again as it was given, with the same type, count and orders (a float as near as its size allows, a bit alone in a
 * register as the number 0 or 1). Nothing is cut, rounded to a whole number or written beyond its place: an RpcError (400) says what is wrong.
 */
export const writeOf = (rule: Writable, value: Json): Write => {
  try {
    return written(rule, value);
  } catch (error) {
    throw new RpcError(400, reasonOf(error), { cause: error });
  }
};
