import * as t from 'io-ts';
import { expect, test } from 'vitest';
import { optional, pending, required, section } from '../../../src/model/codec.js';
import { connector } from '../../../src/model/component.js';
import { loading } from '../../../src/sources/open.js';
import type { Table } from '../../../src/sources/open.js';
import { checkConnectors } from '../../../src/sources/open/check-connectors.js';

const fake = connector({
  type: 'fake',
  config: section('the fake connector', {
    host: required(t.string, ''),
    password: optional(t.string, ''),
    later: pending(optional(t.number, '')),
  }),
  mistakes: ({ host }, folder) =>
    host === 'absent' ? [{ path: 'host', found: folder, expected: 'a host that is there' }] : [],
  open: () => {
    throw new Error('nothing is opened');
  },
});
const table: Table = new Map([
  ['fake', loading(() => Promise.resolve({ default: fake }))],
  ['broken', loading<unknown>(() => Promise.reject(new Error('no adapter')))],
]);
const check = (value: unknown, type = 'fake', more: readonly string[] = []) =>
  checkConnectors(
    ['a.json', ...more].map((file) => ({ file, type, value })),
    '/config',
    table,
  );

test('a file that is right is nothing to speak of', async () => {
  expect(await check({ host: 'h' })).toEqual({ connectorMistakes: [], notices: [], idle: [] });
});

test('what the connector finds wrong around a file that decodes is told', async () => {
  expect((await check({ host: 'absent' })).connectorMistakes).toEqual([
    { file: 'a.json', path: 'host', found: '/config', expected: 'a host that is there' },
  ]);
  expect((await check({ host: 7 })).connectorMistakes).toHaveLength(1);
});

test('mistakes, keys that nothing reads and keys without effect are told, and no secret', async () => {
  expect(await check({ password: 4711, other: 1, later: 2 })).toEqual({
    connectorMistakes: [
      { file: 'a.json', path: 'host', found: 'nothing', expected: 'string' },
      { file: 'a.json', path: 'password', found: 'a number (not shown)', expected: 'string' },
    ],
    notices: ['a.json: nothing reads the key "other".'],
    idle: [{ file: 'a.json', path: 'later', effect: 'pending' }],
  });
});

test('a file that several connectors share is read once', async () => {
  expect((await check({}, 'fake', ['a.json', 'b.json'])).connectorMistakes.map(({ file }) => file)).toEqual([
    'a.json',
    'b.json',
  ]);
});

test('a module that cannot be loaded is a mistake, a type that nobody knows is somebody else’s', async () => {
  expect((await check({}, 'broken')).connectorMistakes).toMatchObject([{ file: 'a.json', found: 'no adapter' }]);
  expect((await check({}, 'unknown')).connectorMistakes).toEqual([]);
});
