import * as t from 'io-ts';

const RETRIES = 3;

/** A codec for how often a request is sent again: a number, or true (3) and false (0). */
export const retries = new t.Type<number, unknown>(
  'a whole number (0 to 100), or true or false',
  t.number.is,
  (input, context) => {
    if (typeof input === 'boolean') return t.success(input ? RETRIES : 0);
    return typeof input === 'number' && Number.isInteger(input) && input >= 0 && input <= 100
      ? t.success(input)
      : t.failure(input, context);
  },
  t.identity,
);
