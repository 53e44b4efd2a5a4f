import { expect, test } from 'vitest';
import type { Message } from '../../src/model/message.js';
import { roster } from '../../src/operators/roster.js';

const comes = (device: string, connector: string): Message => ({ kind: 'connected', device, connector, profile: 'p' });

test('a device belongs to the connector that spoke last for it, and still does when it has left', () => {
  const changed: string[] = [];
  const it = roster(
    [
      { device: 'a', connector: 'x' },
      { device: 'b', connector: '' },
    ],
    (device) => changed.push(device),
  );
  expect([it.ownerOf('a'), it.ownerOf('b'), it.ownerOf('__proto__')]).toEqual(['x', undefined, undefined]);
  for (const message of [comes('a', 'x'), comes('a', 'y'), comes('__proto__', 'x')]) it.learn(message);
  it.learn({ kind: 'disconnected', device: 'a', connector: 'z' });
  expect([it.ownerOf('a'), it.ownerOf('__proto__')]).toEqual(['y', 'x']);
  expect(changed).toEqual(['a', '__proto__']);
});

test('a device that is not admitted is not known, from now or from earlier runs; neither is one of the gateway itself', () => {
  const changed: string[] = [];
  const it = roster(
    [
      { device: 'a', connector: 'x' },
      { device: 'b', connector: 'x' },
      { device: 'deleted', connector: 'currentThingsBoardGateway' },
    ],
    (device) => changed.push(device),
    (device, connector) => device !== 'b' || connector === 'y',
  );
  it.learn(comes('b', 'x'));
  expect([[...it.owners()], changed]).toEqual([[['a', 'x']], []]);
  it.learn(comes('b', 'y'));
  it.learn(comes('b', 'x'));
  expect([it.ownerOf('b'), changed]).toEqual(['y', ['b']]);
  expect([...it.produced()]).toEqual([
    ['x', 2],
    ['y', 1],
  ]);
});

test('replies, and data of the gateway itself, teach nothing', () => {
  const it = roster();
  it.learn({ kind: 'reply', device: 'a', id: 1, content: 1 });
  it.learn(comes('currentThingsBoardGateway', 'x'));
  expect([...it.owners()]).toEqual([]);
});

test('what was forgotten is known again with its next message', () => {
  const it = roster([{ device: 'a', connector: 'x' }]);
  it.forget('a');
  expect(it.ownerOf('a')).toBeUndefined();
  it.learn(comes('a', 'x'));
  expect(it.ownerOf('a')).toBe('x');
});

test('the messages of each connector are counted', () => {
  const it = roster();
  for (const connector of ['x', 'y', 'x']) it.learn(comes('a', connector));
  expect([...it.produced()]).toEqual([
    ['x', 2],
    ['y', 1],
  ]);
});
