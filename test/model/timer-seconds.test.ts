import { expect, test } from 'vitest';
import { timerSeconds } from '../../src/model/timer-seconds.js';

test.each([[0.001], [1], [2_147_483]])('a timer can wait for %d s', (seconds) => {
  expect(timerSeconds.decode(seconds)).toEqual({ _tag: 'Right', right: seconds });
});

test.each([[0], [-1], [2_147_484], [Infinity], [NaN], ['1']])('a timer cannot wait for %j s', (seconds) => {
  expect(timerSeconds.decode(seconds)._tag).toBe('Left');
});
