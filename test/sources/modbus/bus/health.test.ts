import { describe, expect, it } from 'vitest';
import { health } from '../../../../src/sources/modbus/bus/health.js';
import { longWaits } from '../../../../src/sources/modbus/bus/long-waits.js';
import { spareTime } from '../../../../src/sources/modbus/bus/spare-time.js';

const shared = (mayWaitLong = false) => health({ timeout: 30_000, spare: 100, mayWaitLong: () => mayWaitLong });

describe('the time that a slave may take', () => {
  it('is its whole timeout where it is alone', () =>
    expect(health({ timeout: 30_000, spare: undefined, mayWaitLong: () => false }).patience(0)).toBe(30_000));

  it('is what others can spare', () => expect(shared().patience(0)).toBe(100));

  it('is three times as long as its slowest answer, which fades, and never more than the timeout', () => {
    const one = shared();
    one.answered(200);
    expect(one.patience(0)).toBe(600);
    for (let i = 0; i < 200; i += 1) one.answered(1);
    expect(one.patience(0)).toBe(100);
    one.answered(20_000);
    expect(one.patience(0)).toBe(30_000);
  });

  it('is its whole timeout now and then if it is away and has never answered', () => {
    const one = shared(true);
    expect(one.patience(0)).toBe(100);
    one.silent();
    one.left();
    expect(one.patience(0)).toBe(30_000);
    one.answered(10);
    one.silent();
    one.silent();
    one.left();
    expect(one.isAway()).toBe(true);
    expect(one.patience(0)).toBe(100);
  });

  it('is not doubted for one request without an answer, if there were answers before', () => {
    const one = shared();
    one.answered(1);
    one.silent();
    one.left();
    expect([one.isSuspect(), one.isAway()]).toEqual([false, false]);
    one.silent();
    expect([one.isSuspect(), one.isAway()]).toEqual([true, false]);
  });

  it('is no longer in doubt once it answers', () => {
    const one = shared();
    one.silent();
    one.left();
    expect([one.isSuspect(), one.isAway()]).toEqual([true, true]);
    one.answered(1);
    expect([one.isSuspect(), one.isAway()]).toEqual([false, false]);
  });
});

describe('what others can spare', () => {
  it.each([
    ['nothing is to be spared by one alone', [200], false, undefined],
    ['half of the shortest period', [5_000, 1_000], false, 500],
    ['a hundred ms at least', [100, 1_000], false, 100],
    ['two seconds at most, for the sake of commands', [60_000, 90_000], true, 2_000],
    ['three hundred on a serial line', [100, 1_000], true, 300],
  ] as const)('%s', (_name, periods, serial, spare) => expect(spareTime(periods, serial)).toBe(spare));
});

describe('leave to wait long', () => {
  it('is given for a hundredth of the time, to one after the other', () => {
    const may = longWaits(0);
    expect([may(99_999, 1_000), may(100_000, 1_000), may(100_001, 1_000), may(200_000, 1_000)]).toEqual([
      false,
      true,
      false,
      true,
    ]);
  });
});
