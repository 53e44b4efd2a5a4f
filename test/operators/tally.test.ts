import fc from 'fast-check';
import { map } from 'rxjs';
import { expect, test } from 'vitest';
import type { Counter, Fact } from '../../src/model/fact.js';
import { add, balance, noFacts, tally } from '../../src/operators/tally.js';
import type { Sums } from '../../src/operators/tally.js';
import { marbles } from '../marbles.js';

const count = (counter: Counter, n: number, who = 'x'): Fact => ({ kind: 'count', who, counter, n });
const depth = (records: number, bytes = records * 100): Fact => ({ kind: 'depth', who: 'storage', records, bytes });
const sumsOf = (...facts: Fact[]): Sums => facts.reduce(add, noFacts);

test('facts add up', () => {
  expect(
    sumsOf(
      depth(0),
      count('received', 10),
      depth(10),
      count('delivered', 4),
      count('dropped.refused', 1),
      count('dropped.oldest', 2),
      count('dropped.oldest', 1),
      depth(2),
      count('failed', 3, 'a'),
      count('failed', 2, 'b'),
      { kind: 'state', who: 'Broker', phase: 'connecting' },
      { kind: 'state', who: 'Broker', phase: 'connected' },
      { kind: 'alert', who: 'Broker', code: 'BROKER_REFUSED', text: 't' },
    ),
  ).toEqual({
    carried: 0,
    received: 10,
    delivered: 4,
    queued: 2,
    queuedBytes: 200,
    dropped: { refused: 1, oldest: 3 },
    counters: { received: 10, delivered: 4, 'dropped.refused': 1, 'dropped.oldest': 3, failed: 5 },
    phases: { Broker: 'connected' },
  });
});

test(
  'the sums come with each fact, and end as the facts do',
  marbles(({ hot, expectObservable }) => {
    const facts = { a: count('received', 1), b: count('received', 2), c: count('delivered', 3) };
    const told = (source: string) =>
      hot(source, facts).pipe(
        tally(),
        map(({ received, delivered }) => `${received} ${delivered}`),
      );
    const sums = { x: '1 0', y: '3 0', z: '3 3' };
    expectObservable(told('a-b--c|')).toBe('x-y--z|', sums);
    expectObservable(told('ab#')).toBe('xy#', sums);
    // Nothing before the first fact.
    expectObservable(told('-----|')).toBe('-----|');
  }),
);

test('what an earlier run left is carried into the balance', () => {
  const sums = sumsOf(depth(500), count('received', 10), count('delivered', 300), depth(210));
  expect(sums.carried).toBe(500);
  expect(balance(sums)).toBe(0);
});

test('a backlog that was already counted as received is not carried twice', () => {
  const sums = sumsOf(count('received', 800), count('delivered', 300), depth(500));
  expect(sums.carried).toBe(0);
  expect(balance(sums)).toBe(0);
});

test('a message that vanished shows, and so does one that came twice', () => {
  expect(balance(sumsOf(depth(0), count('received', 10), count('delivered', 4), depth(5)))).toBe(1);
  expect(balance(sumsOf(depth(0), count('received', 10), count('delivered', 7), depth(4)))).toBe(-1);
});

test('a component may have any name', () => {
  const sums = sumsOf(
    { kind: 'state', who: '__proto__', phase: 'connected' },
    { kind: 'state', who: 'a', phase: 'polling' },
  );
  expect(Object.entries(sums.phases)).toEqual([
    ['__proto__', 'connected'],
    ['a', 'polling'],
  ]);
});

test('a fact that changes nothing gives the same sums', () => {
  const before = sumsOf({ kind: 'state', who: 'a', phase: 'connected' });
  expect(add(before, { kind: 'state', who: 'a', phase: 'connected' })).toBe(before);
});

test('whatever an honest buffer does, the balance is zero after each of its commits', () => {
  const step = fc.record({ received: fc.nat(50), delivered: fc.nat(50), dropped: fc.nat(9) });
  fc.assert(
    fc.property(fc.nat(100), fc.array(step), (backlog, steps) => {
      let queued = backlog;
      let sums = add(noFacts, depth(backlog));
      for (const { received, delivered, dropped } of steps) {
        const gone = Math.min(delivered, queued);
        const lost = Math.min(dropped, queued - gone);
        queued += received - gone - lost;
        sums = [
          count('received', received),
          count('delivered', gone),
          count('dropped.expired', lost),
          depth(queued),
        ].reduce(add, sums);
        expect(balance(sums)).toBe(0);
      }
    }),
  );
});

test('what the storage counted in earlier runs goes on, and takes the place of what was counted of it before it spoke', () => {
  const kept = { received: 1_000, delivered: 700, 'dropped.oldest': 0, 'dropped.damaged': 50 } as const;
  const sums = sumsOf(
    count('dropped.damaged', 50),
    count('failed', 1),
    { ...depth(250), sums: kept } as Fact,
    count('received', 10),
    count('dropped.damaged', 1),
    depth(259),
  );
  expect(sums).toMatchObject({ carried: 0, received: 1_010, delivered: 700, dropped: { damaged: 51 } });
  expect(sums.dropped).toEqual({ damaged: 51 });
  expect(sums.counters).toEqual({ received: 1_010, delivered: 700, 'dropped.damaged': 51, failed: 1 });
  expect(balance(sums)).toBe(0);
});
