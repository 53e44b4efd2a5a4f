import { identification } from './identification.js';
import type { Identity } from './identification.js';
import type { Memory } from './initial-memory.js';

const ILLEGAL_FUNCTION = 1;
const ILLEGAL_ADDRESS = 2;
const ILLEGAL_VALUE = 3;
/** Addresses there are. */
const SPACE = 65_536;

/** Most that one message reads or writes, by function code. */
const most: Readonly<Record<number, number>> = { 1: 2_000, 2: 2_000, 3: 125, 4: 125, 15: 1_968, 16: 123 };

const refusal = (code: number, exception: number): Buffer => Buffer.of(code | 0x80, exception);

const bits = (code: number, area: ReadonlyMap<number, boolean>, address: number, count: number): Buffer => {
  const answer = Buffer.alloc(2 + Math.ceil(count / 8));
  answer[0] = code;
  answer[1] = answer.length - 2;
  for (let i = 0; i < count; i += 1) if (area.get(address + i) === true) answer[2 + (i >> 3)]! |= 1 << (i & 7);
  return answer;
};

const registers = (code: number, area: ReadonlyMap<number, number>, address: number, count: number): Buffer => {
  const answer = Buffer.alloc(2 + count * 2);
  answer[0] = code;
  answer[1] = count * 2;
  for (let i = 0; i < count; i += 1) answer.writeUInt16BE(area.get(address + i) ?? 0, 2 + i * 2);
  return answer;
};

/** Writes one coil or register; undefined if the value is none. */
const writeOne = (memory: Memory, code: 5 | 6, address: number, value: number): boolean => {
  if (code === 6) memory.holdingRegisters.set(address, value);
  else if (value === 0xff00 || value === 0) memory.coils.set(address, value !== 0);
  else return false;
  return true;
};

const writeMany = (memory: Memory, code: 15 | 16, address: number, count: number, data: Buffer): void => {
  for (let i = 0; i < count; i += 1) {
    if (code === 16) memory.holdingRegisters.set(address + i, data.readUInt16BE(i * 2));
    else memory.coils.set(address + i, (data[i >> 3]! & (1 << (i & 7))) !== 0);
  }
};

/**
 * What the local slave answers to a message, function code first; what is written is in its memory by then.
 *
 * Promises: function codes 1 to 6, 15, 16 and 43 (device identification); any other is an illegal function, what does not fit its length or the limits
 * of the specification an illegal value, what goes beyond the last address an illegal address. Nothing is written in part. Never throws.
 */
export const answerTo = (memory: Memory, identity: Identity, message: Buffer): Buffer => {
  const code = message[0] ?? 0;
  if (code === 43) return identification(identity, message) ?? refusal(code, ILLEGAL_VALUE);
  if ((code < 1 || code > 6) && code !== 15 && code !== 16) return refusal(code, ILLEGAL_FUNCTION);
  if (message.length < 5) return refusal(code, ILLEGAL_VALUE);
  const [address, number] = [message.readUInt16BE(1), message.readUInt16BE(3)];
  if (code === 5 || code === 6) {
    const isWhole = message.length === 5 && writeOne(memory, code, address, number);
    return isWhole ? Buffer.from(message) : refusal(code, ILLEGAL_VALUE);
  }
  if (number < 1 || number > most[code]!) return refusal(code, ILLEGAL_VALUE);
  const data = message.subarray(6);
  const bytes = code === 16 ? number * 2 : Math.ceil(number / 8);
  if (code < 5 ? message.length !== 5 : message[5] !== bytes || data.length !== bytes)
    return refusal(code, ILLEGAL_VALUE);
  if (address + number > SPACE) return refusal(code, ILLEGAL_ADDRESS);
  switch (code) {
    case 1:
      return bits(code, memory.coils, address, number);
    case 2:
      return bits(code, memory.discreteInputs, address, number);
    case 3:
      return registers(code, memory.holdingRegisters, address, number);
    case 4:
      return registers(code, memory.inputRegisters, address, number);
    default:
      writeMany(memory, code === 15 ? 15 : 16, address, number, data);
      return Buffer.from(message.subarray(0, 5));
  }
};
