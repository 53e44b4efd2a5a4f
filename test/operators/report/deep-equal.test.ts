import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Json } from '../../../src/model/message.js';
import { deepEqual } from '../../../src/operators/report/deep-equal.js';

const parsed = (text: string): Json => JSON.parse(text) as Json;

test.each<[string, string, boolean]>([
  ['1', '1.0', true],
  ['1', '1.0000001', false],
  ['1', 'true', false],
  ['0', 'false', false],
  ['0', '-0', true],
  ['1', '"1"', false],
  ['null', 'false', false],
  ['null', '{}', false],
  ['""', 'false', false],
  ['[]', '{}', false],
  ['[1,2]', '[2,1]', false],
  ['[1,2]', '[1,2,3]', false],
  ['{"a":1,"b":[{"c":null}]}', '{"b":[{"c":null}],"a":1}', true],
  ['{"a":1}', '{"a":1,"b":2}', false],
  ['{"a":null}', '{"b":null}', false],
  ['{"__proto__":1}', '{"__proto__":1}', true],
  ['{"__proto__":1}', '{"__proto__":2}', false],
  ['{"__proto__":{}}', '{"a":{}}', false],
  ['{"toString":1}', '{"valueOf":1}', false],
  ['{"0":1}', '[1]', false],
])('%s and %s: %s', (a, b, expected) => {
  expect(deepEqual(parsed(a), parsed(b))).toBe(expected);
  expect(deepEqual(parsed(b), parsed(a))).toBe(expected);
});

const sorted = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return {
    object: Object.entries(value)
      .sort(([x], [y]) => (x < y ? -1 : 1))
      .map(([key, one]) => [key, sorted(one)]),
  };
};

test('agrees with the texts, whatever the order of keys', () => {
  const value = fc.jsonValue({ maxDepth: 3 }).map((json) => parsed(JSON.stringify(json)));
  fc.assert(
    fc.property(value, value, (a, b) => {
      expect(deepEqual(a, a)).toBe(true);
      expect(deepEqual(a, parsed(JSON.stringify(a)))).toBe(true);
      expect(deepEqual(a, b)).toBe(JSON.stringify(sorted(a)) === JSON.stringify(sorted(b)));
    }),
  );
});
