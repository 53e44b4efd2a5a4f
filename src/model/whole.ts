import * as t from 'io-ts';
import { refine } from './codec.js';

/**
 * A codec for a whole number from `from` to `to`, both included; without `to`, as large as a number can be and still be exact. `name` is what a
 * report says was expected; the bounds are added to it: "a port (1 to 65535)", "a whole number, at least 1".
 */
export const whole = (name: string, from: number, to?: number): t.Type<number, unknown> =>
  to === undefined
    ? refine(t.number, (n) => Number.isSafeInteger(n) && n >= from, `${name}, at least ${from}`)
    : refine(t.number, (n) => Number.isInteger(n) && n >= from && n <= to, `${name} (${from} to ${to})`);
