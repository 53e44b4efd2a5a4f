import { isBitwise } from './is-bitwise.js';
import { shapeOf } from './shape-of.js';
import type { ValueType } from './shape-of.js';

interface Counted {
  readonly type: ValueType;
  readonly functionCode: number;
  readonly objectsCount?: number;
}

/** `objectsCount` as it was given, else what the type needs: its registers, or its bits where single bits are read; 1 for a type of any size. */
export const countOf = ({ type, functionCode, objectsCount }: Counted): number => {
  if (objectsCount !== undefined) return objectsCount;
  const shape = shapeOf(type, 1);
  if (shape === undefined || !('bytes' in shape) || functionCode === 5) return 1;
  return isBitwise(functionCode) ? shape.bytes * 8 : Math.ceil(shape.bytes / 2);
};
