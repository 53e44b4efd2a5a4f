import { EMPTY, defer, of } from 'rxjs';
import type { Memory } from './local/initial-memory.js';
import type { Wire } from './wire/wire.js';

const bitsOf = (bits: ReadonlyMap<number, boolean>, address: number, count: number): Buffer => {
  const bytes = Buffer.alloc(Math.ceil(count / 8));
  for (let i = 0; i < count; i += 1) if (bits.get(address + i) === true) bytes[i >> 3]! |= 1 << (i & 7);
  return bytes;
};

const wordsOf = (words: ReadonlyMap<number, number>, address: number, count: number): Buffer => {
  const bytes = Buffer.alloc(count * 2);
  for (let i = 0; i < count; i += 1) bytes.writeUInt16BE(words.get(address + i) ?? 0, i * 2);
  return bytes;
};

/**
 * The local slave as the connector itself reads and writes it: its memory, without a way over the network or the line. Answers at once, as every unit.
 * What is absent is 0.
 */
export const localWire = ({ coils, discreteInputs, holdingRegisters, inputRegisters }: Memory): Wire => ({
  read: ({ functionCode, address, count }) =>
    defer(() => {
      if (functionCode === 1) return of(bitsOf(coils, address, count));
      if (functionCode === 2) return of(bitsOf(discreteInputs, address, count));
      return of(wordsOf(functionCode === 3 ? holdingRegisters : inputRegisters, address, count));
    }),
  write: (_unit, write) =>
    defer(() => {
      if ('coils' in write) write.coils.forEach((bit, i) => coils.set(write.address + i, bit));
      else write.registers.forEach((word, i) => holdingRegisters.set(write.address + i, word));
      return EMPTY;
    }),
});
