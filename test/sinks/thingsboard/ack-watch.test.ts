import { VirtualTimeScheduler } from 'rxjs';
import { expect, test } from 'vitest';
import { ackWatch } from '../../../src/sinks/thingsboard/ack-watch.js';
import { shiftedClock } from '../../shifted-clock.js';

const at = (moments: readonly (readonly [at: number, run: () => void])[], scheduler: VirtualTimeScheduler): void => {
  for (const [moment, run] of moments) scheduler.schedule(run, moment);
  scheduler.flush();
};

test('the oldest publish is overdue after the limit', () => {
  const scheduler = new VirtualTimeScheduler();
  const told: string[] = [];
  const watch = ackWatch(100, (mark) => told.push(`${String(mark)} at ${scheduler.now()}`), scheduler);
  const acks = new Map<string, () => void>();
  at(
    [
      [0, () => acks.set('a', watch.sent('a'))],
      [10, () => acks.set('b', watch.sent('b'))],
      [50, () => acks.get('a')?.()],
    ],
    scheduler,
  );
  expect(told).toEqual(['b at 150']);
});

test('a slow line that acknowledges one after the other is not overdue, and nothing runs afterwards', () => {
  const scheduler = new VirtualTimeScheduler();
  const told: unknown[] = [];
  const watch = ackWatch(100, (mark) => told.push(mark), scheduler);
  const acks = Array.from({ length: 10 }, (_, i) => watch.sent(i));
  at(
    acks.map((ack, i) => [90 * (i + 1), ack] as const),
    scheduler,
  );
  expect(told).toEqual([]);
  expect(scheduler.actions).toEqual([]);
});

test.each([
  ['back by a day', -86_400_000],
  ['back by less than the limit', -70],
])(
  'a clock that is set %s while a publish waits makes it overdue all the same, after twice the limit at most',
  (_, by) => {
    const scheduler = new VirtualTimeScheduler();
    const clock = shiftedClock(scheduler);
    const told: string[] = [];
    const watch = ackWatch(100, (mark) => told.push(`${String(mark)} at ${scheduler.now()}`), clock);
    watch.sent('a');
    at([[50, () => clock.shift(by)]], scheduler);
    expect(told).toHaveLength(1);
    expect(scheduler.now()).toBeGreaterThanOrEqual(100);
    expect(scheduler.now()).toBeLessThanOrEqual(200);
    expect(scheduler.actions).toEqual([]);
  },
);
