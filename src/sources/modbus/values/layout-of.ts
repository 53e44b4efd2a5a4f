/** BIG or LITTLE: which end comes first. */
export type Order = 'BIG' | 'LITTLE';

/** In which order a value's bytes and registers come. */
export interface Orders {
  readonly byteOrder: Order;
  readonly wordOrder: Order;
}

/**
 * Where each byte of a number stands among the bytes of its registers: the k-th of the result is the place of the number's k-th most significant byte.
 *
 * Registers are laid out with their high byte first. byteOrder LITTLE swaps the bytes of every register, wordOrder LITTLE reverses the registers. A number
 * of one byte is always the high byte of its register (modbus.md, Byte and word order).
 */
export const layoutOf = (bytes: number, { byteOrder, wordOrder }: Orders): readonly number[] => {
  if (bytes === 1) return [0];
  const words = bytes / 2;
  return Array.from({ length: bytes }, (_, k) => {
    const [word, byte] = [k >> 1, k & 1];
    return (wordOrder === 'LITTLE' ? words - 1 - word : word) * 2 + (byteOrder === 'LITTLE' ? 1 - byte : byte);
  });
};
