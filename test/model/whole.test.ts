import { expect, test } from 'vitest';
import { whole } from '../../src/model/whole.js';

const port = whole('a port', 1, 65_535);
const count = whole('a whole number', 1);

test.each([
  [port, 1],
  [port, 65_535],
  [count, 1],
  [count, Number.MAX_SAFE_INTEGER],
])('%# takes its bounds and what is between them', (codec, n) => {
  expect(codec.decode(n)).toEqual({ _tag: 'Right', right: n });
});

test.each([
  [port, 0],
  [port, 65_536],
  [port, 1.5],
  [port, '80'],
  [port, NaN],
  [count, 0],
  [count, 2 ** 53],
  [count, Infinity],
])('%# refuses what is beyond them, or no whole number', (codec, n) => {
  expect(codec.decode(n)._tag).toBe('Left');
});

test('says what was expected, bounds and all', () => {
  expect([port.name, count.name]).toEqual(['a port (1 to 65535)', 'a whole number, at least 1']);
});
