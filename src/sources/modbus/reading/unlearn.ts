import { addressKey } from './address-key.js';
import type { Learned } from './learned.js';
import type { Read } from './place.js';

/** What is known after a request was answered: its addresses are legal, though they may have been refused before. The same object if that was known. */
export const unlearn = (learned: Learned, { functionCode, address, count }: Read): Learned => {
  if (learned.illegal.size === 0) return learned;
  const legal = Array.from({ length: count }, (_, i) => addressKey(functionCode, address + i)).filter((key) =>
    learned.illegal.has(key),
  );
  return legal.length === 0
    ? learned
    : { ...learned, illegal: new Set([...learned.illegal].filter((key) => !legal.includes(key))) };
};
