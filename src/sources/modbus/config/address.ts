import * as t from 'io-ts';

/** Addresses from the first to the last, both included. */
export interface Range {
  readonly first: number;
  readonly last: number;
}

/** Where a data point begins, counted from 0; or the range over which it is repeated. */
export type Address = number | Range;

const LAST = 65_535;

const addressOf = (input: unknown): Address | undefined => {
  if (typeof input === 'number') return Number.isInteger(input) && input >= 0 && input <= LAST ? input : undefined;
  const text = typeof input === 'string' ? input : '';
  const [, from = '', to] = /^\s*(\d{1,5})\s*(?:-\s*(\d{1,5})\s*)?$/.exec(text) ?? [];
  if (from === '') return undefined;
  const [first, last] = [Number(from), Number(to ?? from)];
  if (last > LAST || last < first) return undefined;
  return to === undefined ? first : { first, last };
};

/** A codec for an address: 5, or a range such as "0-3". */
export const address = new t.Type<Address, unknown>(
  'an address (0 to 65535), or a range such as "0-3" that does not end before it begins',
  (value): value is Address => typeof value === 'number' || (typeof value === 'object' && value !== null),
  (input, context) => {
    const found = addressOf(input);
    return found === undefined ? t.failure(input, context) : t.success(found);
  },
  t.identity,
);
