import { expect, test } from 'vitest';
import { dice } from '../../prove/dice.js';

const thrown = (seed: number, name: string): readonly number[] => {
  const { int } = dice(seed, name);
  return Array.from({ length: 1_000 }, () => int(3, 7));
};

test('the same seed and name fall alike, others do not', () => {
  expect(thrown(1, 'a')).toEqual(thrown(1, 'a'));
  expect(thrown(1, 'a')).not.toEqual(thrown(2, 'a'));
  expect(thrown(1, 'a')).not.toEqual(thrown(1, 'b'));
});

test('both ends come, and nothing beyond them', () => {
  expect([...new Set(thrown(1, 'a'))].sort()).toEqual([3, 4, 5, 6, 7]);
});

test('a shuffle keeps what it is given', () => {
  const given = [1, 2, 3, 4, 5, 6, 7, 8];
  const orders = Array.from({ length: 20 }, (_, seed) => dice(seed, 'a').shuffled(given));
  for (const order of orders) expect([...order].sort()).toEqual(given);
  expect(new Set(orders.map(String)).size).toBeGreaterThan(15);
});
