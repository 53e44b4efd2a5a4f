import { VirtualTimeScheduler } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { ticks } from '../../../../src/sources/modbus/polling/ticks.js';
import type { Tick } from '../../../../src/sources/modbus/polling/ticks.js';

/** A scheduler whose clock can be off. */
const shifted = () => {
  const scheduler = new VirtualTimeScheduler(undefined, 1_000);
  const off = { by: 0 };
  const clock = { now: () => scheduler.frame + off.by, schedule: scheduler.schedule.bind(scheduler) };
  return { scheduler, clock, off };
};

const run = (until: number, change: (off: { by: number }) => void = () => undefined, at = 45) => {
  const { scheduler, clock, off } = shifted();
  scheduler.maxFrames = until;
  const seen: [number, Tick][] = [];
  const one = ticks(10, clock).subscribe((tick) => seen.push([scheduler.frame, tick]));
  scheduler.schedule(() => change(off), at);
  scheduler.flush();
  one.unsubscribe();
  return seen;
};

describe('ticks', () => {
  it('come at once, then at each multiple of the period', () =>
    expect(run(30).map(([at]) => at)).toEqual([0, 10, 20, 30]));

  it('that passed while nothing ran are counted, and the next one keeps to the schedule', () => {
    const { scheduler, clock, off } = shifted();
    scheduler.maxFrames = 60;
    const seen: Tick[] = [];
    const one = ticks(10, clock).subscribe((tick) => seen.push(tick));
    // Held up: the clock goes on, the timer of 10 fires at 37.
    off.by = 27;
    scheduler.flush();
    one.unsubscribe();
    expect(seen.slice(0, 3)).toEqual([
      { late: 0, missed: 0 },
      { late: 7, missed: 2 },
      { late: 0, missed: 0 },
    ]);
  });

  it.each([
    ['back', -1_000_000],
    ['on', 1_000_000],
  ])('go on when the clock is set %s', (_name, by) => {
    const seen = run(200, (off) => (off.by = by));
    expect(seen.at(-1)![0]).toBeGreaterThan(180);
    expect(seen.every(([, { missed }]) => missed === 0)).toBe(true);
    expect(seen.length).toBeGreaterThan(18);
  });
});
