import type { Mistake } from '../../../model/checked.js';
import { MOST_BITS, MOST_REGISTERS, MOST_WRITTEN_BITS, MOST_WRITTEN_REGISTERS } from '../reading/limits.js';
import { countOf } from '../values/count-of.js';
import { isBitwise } from '../values/is-bitwise.js';
import { shapeOf } from '../values/shape-of.js';
import type { ValueType } from '../values/shape-of.js';
import { widthOf } from '../values/width-of.js';
import type { Address } from './address.js';

interface Place {
  readonly type: ValueType;
  readonly functionCode: number;
  readonly objectsCount?: number;
  readonly address: Address;
}

const most = (functionCode: number): number => {
  const writes = functionCode > 4;
  if (isBitwise(functionCode)) return writes ? MOST_WRITTEN_BITS : MOST_BITS;
  return writes ? MOST_WRITTEN_REGISTERS : MOST_REGISTERS;
};

/**
 * What is wrong with a place although each of its keys is right: a count that the type cannot have or that no single request can carry, an end beyond
 * the last address. Such a point could never be read.
 */
export const placeMistakes = (place: Place): readonly Mistake[] => {
  const { type, functionCode, address } = place;
  const count = countOf(place);
  const shape = shapeOf(type, count);
  const found = place.objectsCount ?? null;
  if (shape === undefined)
    return [{ key: 'objectsCount', found, expected: `1, 2 or 4 registers, the sizes that ${type} can have` }];
  const bitwise = isBitwise(functionCode);
  if ('bytes' in shape) {
    const room = bitwise ? Math.ceil(count / 8) : count * 2;
    const least = bitwise ? shape.bytes * 8 - 7 : Math.ceil(shape.bytes / 2);
    // A single coil takes whatever says yes or no.
    if (room < shape.bytes && functionCode !== 5)
      return [{ key: 'objectsCount', found, expected: `at least ${least}, which ${type} takes` }];
  }
  const width = widthOf(place);
  if (width > most(functionCode))
    return [{ key: 'objectsCount', found, expected: `at most ${most(functionCode)} in one request` }];
  const last = typeof address === 'number' ? address : address.last;
  return last + width > 65_536
    ? [{ key: 'address', expected: 'an address from which all of it fits below 65536', found: last }]
    : [];
};
