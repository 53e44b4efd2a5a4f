import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { halfFloat } from '../../../../src/sources/modbus/values/half-float.js';

describe('numbers of 16 bits', () => {
  it('are written as the bits that they were read from, all 65,536 of them', () => {
    for (let bits = 0; bits < 65_536; bits += 1) {
      const number = halfFloat.from(bits);
      if (Number.isFinite(number)) expect(halfFloat.to(number)).toBe(bits);
      else expect((bits >> 10) & 0x1f).toBe(0x1f);
    }
  });
  it.each([
    [0, 0x0000],
    [-0, 0x8000],
    [1, 0x3c00],
    [-2, 0xc000],
    [65_504, 0x7bff],
    [65_519.99, 0x7bff],
    [2 ** -14, 0x0400],
    [2 ** -24, 0x0001],
    [2 ** -25, 0x0000],
    [2 ** -25 * 1.01, 0x0001],
    [1 + 2 ** -11, 0x3c00],
    [1 + 3 * 2 ** -11, 0x3c02],
    [2 - 2 ** -12, 0x4000],
    [12.34, 0x4a2c],
  ])('%d is written as the nearest, halfway to the even one', (number, bits) =>
    expect(halfFloat.to(number)).toBe(bits),
  );
  it.each([65_520, -65_520, 1e10, Infinity, NaN])('%d is beyond them', (number) =>
    expect(halfFloat.to(number)).toBeUndefined(),
  );
  it('none is nearer than the one that is written', () =>
    fc.assert(
      fc.property(fc.double({ min: -65_000, max: 65_000, noNaN: true }), (number) => {
        const bits = halfFloat.to(number)!;
        const off = Math.abs(halfFloat.from(bits) - number);
        for (const other of [bits - 1, bits + 1]) {
          const near = halfFloat.from(other & 0xffff);
          if (Number.isFinite(near)) expect(Math.abs(near - number)).toBeGreaterThanOrEqual(off);
        }
      }),
    ));
});
