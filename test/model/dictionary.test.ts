import * as t from 'io-ts';
import { expect, test } from 'vitest';
import { decode } from '../../src/model/decode.js';
import { dictionary } from '../../src/model/dictionary.js';

const ports = dictionary('ports by name', t.number);

test('any name is a key, __proto__ too', () => {
  const input: unknown = JSON.parse('{"a": 1, "__proto__": 2, "constructor": 3}');
  expect([...decode(ports, input).value!]).toEqual([
    ['a', 1],
    ['__proto__', 2],
    ['constructor', 3],
  ]);
  expect(({} as Record<string, unknown>).a).toBeUndefined();
});

test('every mistake has its path', () => {
  expect(decode(ports, { a: 'x', b: 1, c: null }).problems).toEqual([
    { path: 'a', found: '"x"', expected: 'number' },
    { path: 'c', found: 'null', expected: 'number' },
  ]);
  expect(decode(ports, []).problems).toMatchObject([{ path: '', expected: 'ports by name' }]);
});
