import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fifo } from '../../src/operators/fifo.js';

test('an empty one has nothing to give, again and again', () => {
  const queue = fifo<number>();
  expect([queue.shift(), queue.peek(), queue.size(), queue.shift()]).toEqual([undefined, undefined, 0, undefined]);
  queue.push(1);
  expect([queue.peek(), queue.size(), queue.shift(), queue.shift()]).toEqual([1, 1, 1, undefined]);
});

test('undefined is a value like any other', () => {
  const queue = fifo<number | undefined>();
  queue.push(undefined);
  queue.push(2);
  expect(queue.size()).toBe(2);
  expect(queue.shift()).toBeUndefined();
  expect([queue.size(), queue.shift(), queue.size()]).toEqual([1, 2, 0]);
});

test('whatever is pushed and taken, it is what an array would be', () => {
  // Long runs of each: the queue moves what it holds only when hundreds have been taken.
  const run = fc.record({ push: fc.boolean(), times: fc.integer({ min: 1, max: 700 }) });
  fc.assert(
    fc.property(fc.array(run, { maxLength: 20 }), (runs) => {
      const queue = fifo<number>();
      const model: number[] = [];
      let next = 0;
      for (const { push, times } of runs)
        for (let i = 0; i < times; i += 1) {
          if (push) {
            queue.push(next);
            model.push(next);
            next += 1;
          } else if (queue.shift() !== model.shift()) return false;
          // `expect` at each of hundreds of thousands of steps would take seconds.
          if (queue.size() !== model.length || queue.peek() !== model[0]) return false;
        }
      return true;
    }),
    { numRuns: 50 },
  );
});

test('a queue that is never empty takes a million in and out in no time', () => {
  const queue = fifo<number>();
  for (let i = 0; i < 50_000; i += 1) queue.push(i);
  const began = performance.now();
  for (let i = 50_000; i < 1_000_000; i += 1) {
    queue.push(i);
    queue.shift();
  }
  // Moving everything at each turn would take minutes.
  expect(performance.now() - began).toBeLessThan(5_000);
  expect([queue.size(), queue.peek()]).toEqual([50_000, 950_000]);
});
