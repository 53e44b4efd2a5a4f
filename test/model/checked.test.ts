import * as t from 'io-ts';
import { expect, test } from 'vitest';
import { checked } from '../../src/model/checked.js';
import { optional, required, section } from '../../src/model/codec.js';
import { decode } from '../../src/model/decode.js';

const range = checked(
  section('a range', { from: required(t.number, ''), to: optional(t.number, '') }),
  ({ from, to = from }) =>
    from > to ? [{ key: 'to', expected: `at least ${from}` }] : from < 0 ? [{ key: '', expected: 'no minus' }] : [],
);
const file = section('a file', { range: required(range, '') });

test.each<[unknown, readonly (readonly string[])[]]>([
  [{ from: 1, to: 2 }, []],
  [{ from: 3, to: 2 }, [['range.to', '2', 'at least 3']]],
  [{ from: -1 }, [['range', '{"from":-1}', 'no minus']]],
  [
    { from: 'x', to: 'y' },
    [
      ['range.from', '"x"', 'number'],
      ['range.to', '"y"', 'number'],
    ],
  ],
])('%j: %j', (input, expected) => {
  const { problems } = decode(file, { range: input });
  expect(problems.map(({ path, found, expected: wanted }) => [path, found, wanted])).toEqual(expected);
});

test('it keeps the fields that the documentation is made from', () => {
  expect(Object.keys(range.fields)).toEqual(['from', 'to']);
});
