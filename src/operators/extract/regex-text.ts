import * as t from 'io-ts';
import { regexMistake } from './regex-mistake.js';

/** A regular expression as a file gives it. One that is none, or could take for ever, is refused with its reason. */
export const regexText = new t.Type<string, unknown>(
  'a regular expression',
  t.string.is,
  (input, context) => {
    if (typeof input !== 'string') return t.failure(input, context);
    const expected = regexMistake(input);
    if (expected === undefined) return t.success(input);
    const type = new t.Type<unknown>(expected, t.unknown.is, t.unknown.validate, t.identity);
    const own = context.at(-1);
    return t.failures([
      { value: input, context: [...context.slice(0, -1), { key: own?.key ?? '', type, actual: input }] },
    ]);
  },
  t.identity,
);
