import { of } from 'rxjs';
import { expect, test } from 'vitest';
import { quarantine } from '../../../src/sinks/thingsboard/quarantine.js';

test('while there are suspects they go alone, in the order they came; halves take the place of the whole', () => {
  const line = quarantine<string>();
  const went: string[] = [];
  const go = (who: string) => (line.turn(who) ?? of(undefined)).subscribe(() => went.push(who));
  go('early');
  line.enter('x');
  line.enter('y');
  for (const who of ['innocent', 'y', 'x']) go(who);
  expect(went).toEqual(['early', 'x']);
  line.replace('x', ['x1', 'x2']);
  for (const who of ['x2', 'x1']) go(who);
  expect(went).toEqual(['early', 'x', 'x1']);
  line.leave('x1');
  line.leave('x2');
  expect(went).toEqual(['early', 'x', 'x1', 'x2', 'y']);
  line.leave('y');
  expect(went.at(-1)).toBe('innocent');
  expect(line.has('y')).toBe(false);
});
