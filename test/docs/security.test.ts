import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { docOf, isThere, namedTests } from './named-tests.js';

const text = docOf('security.md');
const limits = [...text.matchAll(/^\|.*\| +`(src\/[^`]+)`: `([^`]+)` +\|$/gm)].map(([, file = '', code = '']) => ({
  file,
  code,
}));

test('the table of limits was found', () => expect(limits.length).toBeGreaterThan(25));

test.each(limits)('$file sets $code', ({ file, code }) => {
  expect(readFileSync(resolve(import.meta.dirname, '../..', file), 'utf8')).toContain(code);
});

test('each paragraph that names tests names some', () => expect(namedTests(text).length).toBeGreaterThan(25));

test.each(namedTests(text))('$file has the test $name', (named) => expect(isThere(named)).toBe(true));
