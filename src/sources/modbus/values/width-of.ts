import { countOf } from './count-of.js';
import { isBitwise } from './is-bitwise.js';
import { shapeOf } from './shape-of.js';
import type { ValueType } from './shape-of.js';

interface Counted {
  readonly type: ValueType;
  readonly functionCode: number;
  readonly objectsCount?: number;
}

/**
 * How many registers or bits of the device a place takes. Of bits in registers it is the registers that hold them, where the incumbent reads a register
 * for every bit.
 */
export const widthOf = (place: Counted): number => {
  const count = countOf(place);
  if (isBitwise(place.functionCode)) return count;
  return shapeOf(place.type, count)?.kind === 'bits' ? Math.ceil(count / 16) : count;
};
