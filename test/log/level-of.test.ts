import { expect, test } from 'vitest';
import { levelOf } from '../../src/log/level-of.js';

test.each([
  ['info', 'info'],
  ['WARNING', 'warn'],
  [' Critical ', 'error'],
  ['TRACE', 'debug'],
  ['none', 'none'],
  ['loud', undefined],
  ['__proto__', undefined],
])('%j means %j', (text, level) => {
  expect(levelOf(text)).toBe(level);
});
