import { describe, expect, test } from 'vitest';
import { envelope } from '../../../src/model/envelope.js';
import type { Envelope } from '../../../src/model/envelope.js';
import type { Message } from '../../../src/model/message.js';
import { encode } from '../../../src/sinks/thingsboard/encode.js';
import { newNames } from '../../../src/sinks/thingsboard/new-names.js';
import type { NewNames } from '../../../src/sinks/thingsboard/new-names.js';
import type { Part } from '../../../src/sinks/thingsboard/part.js';
import { parts } from '../../../src/sinks/thingsboard/parts.js';
import { data } from './rig.js';

type Names = Pick<NewNames, 'next' | 'add' | 'in'>;
const silent = (): void => undefined;
const taken = (names: Names, message: Message | string): Envelope<Part> =>
  parts(
    envelope(typeof message === 'string' ? data(message, 1) : message, silent, silent) as never,
    { bytes: 8_196, points: Infinity },
    names.next(),
  )[0]!;
const keys = (pack: readonly Envelope<Part>[]): readonly string[] => pack.map(({ value }) => value.key);

test('what was taken before a rename goes under the new name, with its size; what is taken later stays', () => {
  const names = newNames();
  const before = [taken(names, 'A'), taken(names, 'other')];
  names.add('A', 'longer');
  const [part] = names.in(before);
  expect(keys(names.in(before))).toEqual(['longer', 'other']);
  expect(part!.value.frame - before[0]!.value.frame).toBe(5);
  const later = [taken(names, 'A')];
  expect(names.in(later)).toBe(later);
});

test('a pack whose names have not changed is the same pack, asked once or again', () => {
  const names = newNames();
  const pack = [taken(names, 'A')];
  expect(names.in(pack)).toBe(pack);
  names.add('B', 'C');
  expect(names.in(pack)).toBe(pack);
  names.add('A', 'D');
  const named = names.in(pack);
  expect(names.in(named)).toBe(named);
});

test('chains and exchanges of names follow the device', () => {
  const names = newNames();
  const pack = [taken(names, 'A'), taken(names, 'B')];
  for (const [old, now] of [
    ['A', 'x'],
    ['B', 'A'],
    ['x', 'B'],
  ] as const)
    names.add(old, now);
  const exchanged = names.in(pack);
  expect([keys(exchanged), keys(names.in(exchanged))]).toEqual([
    ['B', 'A'],
    ['B', 'A'],
  ]);
  names.add('B', 'A');
  expect([keys(names.in(exchanged)), keys(names.in(pack))]).toEqual([
    ['A', 'A'],
    ['A', 'A'],
  ]);
});

test('more renames than are remembered: the latest still hold', () => {
  const names = newNames();
  const pack = [taken(names, 'n0'), taken(names, 'last')];
  for (let i = 0; i < 25_000; i += 1) names.add(`m${i}`, `o${i}`);
  names.add('last', 'now');
  expect(keys(names.in(pack))).toEqual(['n0', 'now']);
});

describe('the payload has the new name', () => {
  test.each<[Message, string]>([
    [data('A', 1), '{"B":[{"ts":1,"values":{"t":1}}]}'],
    [{ ...data('A', 1), telemetry: [], attributes: { x: 1 } }, '{"B":{"x":1}}'],
    [{ kind: 'connected', device: 'A', profile: 'p' }, '{"device":"B","type":"p"}'],
    [{ kind: 'disconnected', device: 'A' }, '{"device":"B"}'],
    [{ kind: 'claim', device: 'A', secretKey: 's', durationMs: 9 }, '{"B":{"secretKey":"s","durationMs":9}}'],
  ])('%j', (message, expected) => {
    const names = newNames();
    const pack = [taken(names, message)];
    names.add('A', 'B');
    expect(encode(names.in(pack).map(({ value }) => value))).toBe(expected);
  });
});
