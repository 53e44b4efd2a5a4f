import { describe, expect, it, test } from 'vitest';
import { docOf, isThere, namedTests } from './named-tests.js';

const text = docOf('guarantees.md');
const promises = text.split(/\n- /).slice(1);

describe('each promise', () => {
  it.each(promises.map((promise) => [promise.split('\n')[0]!.slice(0, 80), promise] as const))('%s', (_, promise) => {
    expect(namedTests(promise)).not.toEqual([]);
  });
});

test.each(namedTests(text))('$file has the test $name', (named) => expect(isThere(named)).toBe(true));

test('a test that is gone, or whose name is only the beginning of another one, is not there', () => {
  const file = 'test/docs/guarantees.test.ts';
  expect(isThere({ file, name: ['each', 'promises'].join(' ') })).toBe(false);
  expect(isThere({ file, name: ['each', 'pro'].join(' ') })).toBe(false);
  expect(isThere({ file: 'test/docs/none.test.ts', name: 'each promise' })).toBe(false);
  expect(isThere({ file, name: 'each promise' })).toBe(true);
});
