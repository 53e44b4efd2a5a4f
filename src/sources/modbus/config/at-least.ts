import * as t from 'io-ts';
import { refine } from '../../../model/codec.js';

const LONGEST = 2_147_483_647;

/** A codec for a whole number with a minimum: what is less, and not below 0, counts as the minimum (modbus.md, the three settings of connecting). */
export const atLeast = (minimum: number, what: string): t.Type<number, unknown> => {
  const number = refine(t.number, (n) => Number.isInteger(n) && n >= 0 && n <= LONGEST, what);
  return new t.Type<number, unknown>(
    what,
    number.is,
    (input, context) => {
      const decoded = number.validate(input, context);
      return decoded._tag === 'Left' ? decoded : t.success(Math.max(minimum, decoded.right));
    },
    t.identity,
  );
};
