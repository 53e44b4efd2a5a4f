import { expect, test } from 'vitest';
import { parseJson } from '../../../src/sinks/thingsboard/parse-json.js';

const nested = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels);

test('what is nested deeper than 900 levels is no JSON, however deep: it could not be written as text again', () => {
  expect(parseJson(nested(900))).toBeDefined();
  for (const levels of [901, 5_000, 1_000_000]) expect(parseJson(nested(levels))).toBeUndefined();
});

test('what is none is undefined, and digits are kept', () => {
  expect(parseJson('{')).toBeUndefined();
  expect(parseJson('[9007199254740993]')).toEqual(['9007199254740993']);
});
