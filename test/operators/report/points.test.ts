import { expect, test } from 'vitest';
import { points } from '../../../src/operators/report/points.js';

const bare = (n: number, at: number) => ({
  device: `d${n % 7}`,
  kind: 'telemetry' as const,
  key: `k${n}`,
  value: n,
  connector: 'c',
  at,
  ttl: 10,
  known: true,
  flight: undefined,
  round: undefined,
  held: false,
  ts: 0,
});

test('points past their time to live leave when the memory has grown, long before it is full', () => {
  const memory = points({ points: 1e6, bytes: 1e9 });
  for (let n = 0; n < 1_024; n += 1) memory.add(bare(n, 0));
  expect([...memory.all()]).toHaveLength(1_024);
  memory.add(bare(9_999, 10));
  expect([...memory.all()].map(({ key }) => key)).toEqual(['k9999']);
  expect(memory.knows('d0')).toBe(false);
});

test('a dropped point gives its room back, once', () => {
  const memory = points({ points: 1, bytes: 1e9 });
  const first = memory.add(bare(1, 0))!;
  expect(memory.add(bare(2, 0))).toBeUndefined();
  memory.drop(first);
  memory.drop(first);
  expect(memory.add(bare(2, 0))).toBeDefined();
  expect(memory.add(bare(3, 0))).toBeUndefined();
});
