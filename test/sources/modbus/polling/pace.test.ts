import { EMPTY, of, VirtualTimeScheduler } from 'rxjs';
import { expect, it } from 'vitest';
import { health } from '../../../../src/sources/modbus/bus/health.js';
import type { Line } from '../../../../src/sources/modbus/bus/line.js';
import { pace } from '../../../../src/sources/modbus/polling/pace.js';
import { readPlan } from '../../../../src/sources/modbus/polling/read-plan.js';
import { pointsOf } from '../../../../src/sources/modbus/reading/points-of.js';
import { encodeOf } from '../../../../src/sources/modbus/values/encode-of.js';
import { slaveWith } from '../slave-with.js';
import { polled } from '../rig.js';

it('counts the ticks that passed while the process was held up', () => {
  const scheduler = new VirtualTimeScheduler(undefined, 450);
  const slave = slaveWith(polled(1));
  const unit = {
    slave,
    health: health({ timeout: 1_000, spare: undefined, mayWaitLong: () => true }),
    encode: encodeOf(slave),
  };
  const line: Line = { read: () => of(Buffer.alloc(2)), write: () => EMPTY, close: () => undefined };
  // Held up: the clock goes on, the timer of 100 fires at 370.
  let off = 0;
  const clock = {
    now: () => scheduler.now() + off,
    schedule: scheduler.schedule.bind(scheduler),
  };
  const seen: (readonly [what: 'began' | 'skipped', n: number])[] = [];
  const one = pace({
    unit,
    plan: readPlan(slave, pointsOf(slave)),
    line,
    isFull: () => false,
    onPoll: (late) => seen.push(['began', late]),
    onSkipped: (n) => seen.push(['skipped', n]),
    scheduler: clock,
  }).subscribe();
  off = 270;
  scheduler.flush();
  one.unsubscribe();
  expect(seen.slice(0, 4)).toEqual([
    ['began', 0],
    ['skipped', 2],
    ['began', 70],
    ['began', 0],
  ]);
});
