import { bitAt } from './bit-at.js';

/**
 * The bits of an answer as the list they are sent as (modbus.md, Bits).
 *
 * - Of `count` coils or discrete inputs every group of eight comes last bit first, a shorter group at the end too: one coil is that coil, eight are
 *   reversed.
 * - Of registers, each byte is unpacked least significant bit first, high byte first; the last `count` of all these bits are the list.
 *
 * Promises: so many as were asked for, however many; the writing of bits is the inverse, so that a list that is written is read again as it was.
 */
export const bitList = {
  ofCoils: (payload: Buffer, at: number, count: number): boolean[] =>
    Array.from({ length: count }, (_, i) => {
      const group = i - (i % 8);
      const last = Math.min(group + 8, count) - 1;
      return bitAt(payload, at + last - (i - group));
    }),
  ofRegisters: (payload: Buffer, at: number, count: number): boolean[] => {
    const skipped = Math.ceil(count / 16) * 16 - count;
    return Array.from({ length: count }, (_, i) => bitAt(payload, at * 16 + skipped + i));
  },
};
