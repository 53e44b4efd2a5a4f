import { expect, test } from 'vitest';
import { bench } from './bench.js';
import type { Bench } from './bench.js';
import { memoryPlace, sqlitePlace, workshop } from './places.js';
import type { Limits } from '../../../../src/operators/buffer/admission.js';

/** Sequences that the model has found, cut down by hand to what matters. */
const play = async (limits: Limits, window: number, steps: (bench: Bench) => Promise<void>): Promise<void> => {
  const made = await bench({ window, limits, durable: true }, memoryPlace(true));
  try {
    await steps(made);
    expect(made.it.broken).toEqual([]);
  } finally {
    await made.end();
  }
};

test('a row that comes back while room is looked for is seen: nobody waits for the room that it may make', () =>
  play({ records: 1, bytes: 1_000_000, atCapacity: 'drop_oldest' }, 1, async (bench) => {
    bench.send('a', 0);
    await bench.rest();
    bench.send('a', 0);
    // It looks for room while the only row is on its way.
    expect(bench.call()).toBe('read');
    bench.settle(0, 'unavailable');
    await bench.rest();
    expect(bench.it.waits()).toBe(0);
  }));

test('while sources wait for room, rows that only time makes too old make it, at most a minute late', () =>
  play({ records: 2, bytes: 1_000_000, atCapacity: 'block', ttlMs: 90_000 }, 1, async (bench) => {
    for (const device of ['a', 'b', 'c']) bench.send(device, 0);
    await bench.rest();
    expect(bench.it.waits()).toBe(1);
    bench.pass(80_000);
    await bench.rest();
    expect(bench.it.waits()).toBe(1);
    bench.pass(70_000);
    await bench.rest();
    expect(bench.it.waits()).toBe(0);
  }));

test('rows that were read before a probe came due do not go ahead of it', () =>
  play({ records: 10, bytes: 1_000_000, atCapacity: 'block' }, 2, async (bench) => {
    bench.send('a', 0);
    await bench.rest();
    for (let i = 0; i < 3; i += 1) bench.send('b', 0);
    await bench.rest();
    bench.settle(0, 'ack');
    await bench.rest();
    // b:2 and b:3 are on their way; with b:3 back, b:4 is being read when b:2 comes back and its time is over.
    bench.settle(1, 'ack');
    bench.pass(20);
    await bench.finish();
    expect(bench.call()).toBe('read');
    bench.settle(0, 'unavailable');
    bench.pass(30_000);
    await bench.rest();
    bench.settle(0, 'ack');
    await bench.empty();
  }));

test('where the numbers for rows are used up the buffer ends with a clear error, and the next start goes on', async () => {
  const { folder, forget } = workshop();
  const limits = { records: 100, bytes: 1_000_000, atCapacity: 'block' } as const;
  const made = await bench({ window: 2, limits, durable: true }, sqlitePlace(folder, Number.MAX_SAFE_INTEGER - 2));
  try {
    made.send('a', 0);
    made.send('b', 0);
    made.send('a', 0);
    await made.rest();
    expect(made.it.lastId()).toBe(Number.MAX_SAFE_INTEGER);
    made.send('b', 0);
    await made.finish();
    expect(made.state()).toBe('failed');
    await made.crash('before');
    expect(made.it.lastId()).toBe(3);
    made.send('c', 0);
    await made.empty();
    expect(made.it.broken).toEqual([]);
  } finally {
    await made.end();
    forget();
  }
});
