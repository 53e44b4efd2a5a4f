import { expect, test } from 'vitest';
import { rateLimits } from './rate-limits.js';

test('all windows hold together and refill continuously', () => {
  let now = 0;
  const allow = rateLimits({ messages: '2:1,3:60' }, () => now);
  expect([allow(0), allow(0), allow(0)]).toEqual([true, true, false]);
  now = 500;
  expect([allow(0), allow(0)]).toEqual([true, false]);
  now = 5_000;
  expect(allow(0)).toBe(false);
  now = 20_000;
  expect(allow(0)).toBe(true);
});

test('a failure in the second bucket does not give back the first', () => {
  const allow = rateLimits({ telemetryMessages: '2:60', telemetryDataPoints: '10:60' }, () => 0);
  expect([allow(11), allow(10), allow(0), allow(1)]).toEqual([false, true, true, false]);
});

test.each([undefined, {}, { messages: '', telemetryMessages: '0:0' }])('%j is unlimited', (limits) => {
  const allow = rateLimits(limits, () => 0);
  expect(Array.from({ length: 1000 }, (_, i) => allow(i % 2)).every(Boolean)).toBe(true);
});
