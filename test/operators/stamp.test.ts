import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stamper } from '../../src/operators/stamp.js';

const one = (device: string, ts?: number) => ({
  device,
  profile: 'default',
  telemetry: [ts === undefined ? { values: { a: 1 } } : { ts, values: { a: 1 } }],
  attributes: {},
});

const at = (clock: { now: number }) => {
  let collisions = 0;
  const stamp = stamper({ now: () => clock.now, onCollision: (n) => (collisions += n) });
  return { stamp, ts: (device: string) => stamp(one(device)).telemetry[0]!.ts, collisions: () => collisions };
};

describe('stamper', () => {
  it('gives two readings of one millisecond two stamps, for each device by itself', () => {
    const { ts } = at({ now: 1000 });
    expect([ts('a'), ts('a'), ts('b'), ts('a')]).toEqual([1000, 1001, 1000, 1002]);
  });

  it('never touches a time that the device gave', () => {
    const { stamp, ts } = at({ now: 1000 });
    expect(stamp(one('a', 5)).telemetry).toEqual([{ ts: 5, values: { a: 1 } }]);
    expect(ts('a')).toBe(1000);
  });

  it('runs at most a second ahead of the clock, and counts what collides there', () => {
    const { ts, collisions } = at({ now: 1000 });
    const all = Array.from({ length: 1003 }, () => ts('a'));
    expect(all.slice(-4)).toEqual([1999, 2000, 2000, 2000]);
    expect(collisions()).toBe(2);
  });

  it('comes back to a clock that was set back', () => {
    const clock = { now: 1_000_000 };
    const { ts, collisions } = at(clock);
    ts('a');
    clock.now = 10;
    expect([ts('a'), ts('a')]).toEqual([1010, 1010]);
    clock.now = 2000;
    expect(ts('a')).toBe(2000);
    expect(collisions()).toBe(2);
  });

  it('joins the entries of one message that have no time where their keys differ, and those of equal time', () => {
    const { stamp } = at({ now: 1000 });
    const data = stamp(
      {
        device: 'a',
        profile: 'p',
        telemetry: [
          { values: { x: 1, y: 1 } },
          { ts: 7, values: { x: 2 } },
          { values: { z: 3 } },
          { ts: 7, values: JSON.parse('{"__proto__":4}') },
        ],
        attributes: { m: 1 },
      },
      'mqtt',
    );
    expect(JSON.stringify(data)).toBe(
      '{"kind":"data","device":"a","connector":"mqtt","profile":"p","telemetry":[{"ts":1000,"values":{"x":1,"y":1,"z":3}},{"ts":7,"values":{"x":2,"__proto__":4}}],"attributes":{"m":1}}',
    );
  });

  it('keeps two readings of one key in one message apart', () => {
    const { stamp } = at({ now: 1000 });
    const telemetry = [{ values: { x: 1 } }, { values: { x: 2 } }, { values: { y: 3 } }];
    expect(stamp({ device: 'a', profile: 'p', telemetry, attributes: {} }).telemetry).toEqual([
      { ts: 1000, values: { x: 1 } },
      { ts: 1001, values: { x: 2, y: 3 } },
    ]);
  });

  it('says attributes without a stamp', () => {
    const { stamp } = at({ now: 1 });
    const data = stamp({ device: 'a', profile: 'p', telemetry: [], attributes: { m: 1 } });
    expect(data).toEqual({ kind: 'data', device: 'a', profile: 'p', telemetry: [], attributes: { m: 1 } });
  });

  it('keeps stamps strictly increasing per device under any clock that does not run back, through sweeps', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(3000), fc.nat(3)), { minLength: 2000, maxLength: 3000 }), (steps) => {
        const clock = { now: 1 };
        const { ts } = at(clock);
        const last = new Map<string, number>();
        for (const [device, pass] of steps) {
          clock.now += pass;
          const name = String(device % 2 === 0 ? 0 : device);
          const stamp = ts(name);
          expect(stamp).toBeGreaterThan(last.get(name) ?? 0);
          expect(stamp).toBeLessThanOrEqual(clock.now + 1000);
          last.set(name, stamp);
        }
      }),
      { numRuns: 5 },
    );
  });

  it('forgets devices whose stamp is in the past', () => {
    const clock = { now: 1 };
    const { ts } = at(clock);
    ts('a');
    for (let i = 0; i < 5000; i += 1) {
      clock.now += 1;
      ts(`d${i}`);
    }
    clock.now = 1; // Only a stamper that has forgotten gives the first stamp again.
    expect(ts('a')).toBe(1);
  });
});
