import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fullJitter } from '../../src/operators/backoff.js';

test.each([
  { attempt: 0, random: 0, wait: 0 },
  { attempt: 0, random: 0.5, wait: 500 },
  { attempt: 1, random: 0.5, wait: 1_000 },
  { attempt: 3, random: 0.5, wait: 4_000 },
  { attempt: 6, random: 0.5, wait: 30_000 },
  { attempt: 1_000, random: 0.5, wait: 30_000 },
])('attempt $attempt with chance $random waits $wait ms', ({ attempt, random, wait }) => {
  expect(fullJitter({ random: () => random })(attempt, undefined)).toBe(wait);
});

test('a floor is a least wait, also where it is above the bound', () => {
  expect(fullJitter({ base: 100, floor: 50, random: () => 0 })(0, undefined)).toBe(50);
  expect(fullJitter({ base: 100, floor: 50, random: () => 0.5 })(0, undefined)).toBe(75);
  expect(fullJitter({ base: 100, floor: 60_000, random: () => 0.9 })(0, undefined)).toBe(60_000);
});

test('a wait is never negative, never above the cap or floor, and always a number', () => {
  fc.assert(
    fc.property(
      fc.record({ base: fc.nat(1e6), cap: fc.nat(1e6), floor: fc.nat(1e6) }),
      fc.nat(10_000),
      fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      (options, attempt, chance) => {
        const wait = fullJitter({ ...options, random: () => chance })(attempt, undefined);
        expect(wait).toBeGreaterThanOrEqual(options.floor);
        expect(wait).toBeLessThanOrEqual(Math.max(options.cap, options.floor));
      },
    ),
  );
});
