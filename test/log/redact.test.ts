import { expect, test } from 'vitest';
import { redact } from '../../src/log/redact.js';

const secret = 'a"b\\c/ü ?+=\ud800';

test.each([
  ['as it is', secret],
  ['within JSON', JSON.stringify(secret).slice(1, -1)],
  ['within a URL', encodeURIComponent(Buffer.from(secret).toString())],
  ['in base64', Buffer.from(secret).toString('base64')],
])('a secret is hidden %s, in a text and among details', (_, written) => {
  const { text, details } = redact(new Set([secret, 'other']));
  expect(text(`before ${written} after`)).toBe('before *** after');
  expect(details({ why: `before ${written} after` })).toEqual({ why: 'before *** after' });
});

test('a secret that is registered later is hidden from then on, in each form', () => {
  const secrets = new Set(['first']);
  const { text } = redact(secrets);
  expect(text('a"b first')).toBe('a"b ***');
  secrets.add('a"b"');
  expect(text(JSON.stringify('a"b" first'))).toBe('"*** ***"');
});
