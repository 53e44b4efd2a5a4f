import { expect, it } from 'vitest';
import { valuesText } from '../../../src/operators/extract/values-text.js';

it('gives the text that is remembered of these values, and writes all others', () => {
  const values = { t: 1 };
  valuesText.remember(values, '{"t":1.0}');
  expect(valuesText.of(values)).toBe('{"t":1.0}');
  expect(valuesText.of({ ...values })).toBe('{"t":1}');
  valuesText.remember({ t: 2 }, '{"t":2.0}');
  expect(valuesText.of(values)).toBe('{"t":1}');
});
