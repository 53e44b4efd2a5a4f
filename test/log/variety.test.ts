import { expect, test } from 'vitest';
import { variety } from '../../src/log/variety.js';

test('texts among the details tell lines apart, numbers do not', () => {
  const key = variety(20);
  const of = (details: Record<string, unknown>): string => key('away', details);
  expect(of({ why: 'refused', attempt: 1 })).toBe(of({ why: 'refused', attempt: 2 }));
  expect(of({ why: 'refused' })).not.toBe(of({ why: 'timeout' }));
  expect(of({ why: new Error('refused') })).toBe(of({ why: 'refused' }));
  expect(of({ why: `${'x'.repeat(300)}a` })).toBe(of({ why: `${'x'.repeat(300)}b` }));
  expect(of({ list: ['a.json: x', 'a.json: y'] })).not.toBe(of({ list: ['a.json: x', 'a.json: z'] }));
  expect(of({ list: ['a.json: x', 1] })).toBe(of({ list: ['a.json: x', 2] }));
  expect(key('here', { why: 'refused' })).not.toBe(of({ why: 'refused' }));
});

test('what a device varies at will has a bounded number of keys', () => {
  const key = variety(20);
  const keys = Array.from({ length: 10_000 }, (_, i) => key('bad', { topic: `t/${i}` }));
  expect(new Set(keys).size).toBe(21);
  expect(key('bad', { topic: 't/0' })).toBe(keys[0]);
});
