import { expect, it } from 'vitest';
import { rounded } from '../../../../src/sources/modbus/values/rounded.js';

it.each([
  [2.675, 2, 2.67],
  [0.5, 0, 0],
  [1.5, 0, 2],
  [2.5, 0, 2],
  [-2.5, 0, -2],
  [0.125, 2, 0.12],
  [0.375, 2, 0.38],
  [0.0078125, 6, 0.007812],
  [-0.0234375, 6, -0.023438],
  [12.340000152587891, 6, 12.34],
  [4.2e-8, 6, 0],
  [1e300, 6, 1e300],
  [123_456_789.125, 2, 123_456_789.12],
  [Infinity, 2, Infinity],
  [NaN, 2, NaN],
])('%d with %i decimals is %d, as Python rounds', (value, decimals, expected) =>
  expect(rounded(value, decimals)).toBe(expected),
);
