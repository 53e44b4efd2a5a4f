import { test } from 'vitest';
import { untilAsked } from '../../src/operators/until-asked.js';
import { marbles } from '../marbles.js';

test.each([
  // values, commands, what is left
  ['-a-b-c-', '----|', '-a-b|'],
  ['-a-b-c|', 'x-x-x-x-', '-a-b-c|'],
  ['-a-b-c-', '|', '|'],
])('%s with the commands %s is %s', (values, commands, left) =>
  marbles(({ hot, expectObservable }) => {
    expectObservable(hot(values).pipe(untilAsked(hot(commands)))).toBe(left);
  })(),
);
