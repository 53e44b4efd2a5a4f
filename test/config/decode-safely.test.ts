import * as t from 'io-ts';
import { expect, test } from 'vitest';
import { decodeSafely } from '../../src/config/decode-safely.js';

const codec = t.type({ port: t.number, security: t.UnknownRecord });

test('a secret that has slipped into a wrong place is not shown, where it stands in its own as well', () => {
  const { problems } = decodeSafely(codec, { port: 'pass"word', security: { password: 'pass"word' } });
  expect(problems).toEqual([{ path: 'port', found: 'a text (not shown)', expected: 'number' }]);
});

test('nor is a text that holds one', () => {
  const { problems } = decodeSafely(codec, { port: 'mqtt://u:word1@host', security: { password: 'word1' } });
  expect(problems).toMatchObject([{ found: 'a text (not shown)' }]);
});

test('any other value is shown', () => {
  const { problems } = decodeSafely(codec, { port: 'none', security: { password: 'word1' } });
  expect(problems).toMatchObject([{ found: '"none"' }]);
});
