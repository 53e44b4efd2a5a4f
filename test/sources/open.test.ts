import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as t from 'io-ts';
import { EMPTY, lastValueFrom } from 'rxjs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ConnectorEntry } from '../../src/config.js';
import { ConfigInvalid } from '../../src/config/config-invalid.js';
import { createLog } from '../../src/log.js';
import { defaulted, required, section } from '../../src/model/codec.js';
import { connector } from '../../src/model/component.js';
import type { Context, Source } from '../../src/model/component.js';
import { FatalError } from '../../src/model/errors.js';
import { connectors, loading, opener } from '../../src/sources/open.js';
import type { Table } from '../../src/sources/open.js';

let folder = '';
let lines: string[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'open-'));
  lines = [];
});
afterEach(() => rmSync(folder, { recursive: true }));

const context = (name: string): Context => ({
  name,
  folder,
  log: createLog({ write: (line) => lines.push(line) }),
  fact: () => undefined,
});

const opened: unknown[] = [];
const fake = connector({
  type: 'fake',
  config: section('the fake connector', {
    host: required(t.string, 'Host.'),
    port: defaulted(t.number, 7, 'Port.'),
    password: defaulted(t.string, '', 'Password.'),
  }),
  open: (config, { name }): Source => {
    opened.push({ name, ...config });
    return () => EMPTY;
  },
});
let loads = 0;
const table: Table = new Map([
  [
    'fake',
    loading(() => {
      loads += 1;
      return Promise.resolve({ default: fake });
    }),
  ],
  ['broken', loading<unknown>(() => Promise.reject(new Error('no adapter')))],
]);
const entry: ConnectorEntry = { name: 'A', type: 'fake', configuration: 'a.json' };
const write = (content: unknown, name = 'a.json'): void =>
  writeFileSync(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content));

const failure = async (item: ConnectorEntry, from: Table = table): Promise<FatalError> => {
  const error = await lastValueFrom(opener(from)(item, context(item.name))).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(FatalError);
  return error as FatalError;
};

test('a connector gets its decoded file and its name in the main file', async () => {
  write({ host: 'h', name: 'ignored' });
  opened.length = 0;
  const source = await lastValueFrom(opener(table)(entry, context('A')));
  expect(source).toBeTypeOf('function');
  expect(opened).toEqual([{ name: 'A', host: 'h', port: 7, password: '' }]);
  expect(lines).toHaveLength(1);
  expect(lines[0]).toContain('WARN  [gateway] a.json: nothing reads the key "name".');
});

test('nothing is read or loaded before it is subscribed to', () => {
  loads = 0;
  opener(table)({ ...entry, configuration: 'absent.json' }, context('A'));
  expect(loads).toBe(0);
});

test('equal configuration gives the same source as the last time, changed configuration another one', async () => {
  const open = opener(table);
  const get = (item = entry): Promise<Source> => lastValueFrom(open(item, context(item.name)));
  write({ host: 'h' });
  const first = await get();
  write('{\n  "host" : "h"\n}\n');
  expect(await get()).toBe(first);
  write({ host: 'other' });
  expect(await get()).not.toBe(first);
  write({ host: 'h' });
  const again = await get();
  expect(again).not.toBe(first);
  expect(await get({ ...entry, name: 'B' })).not.toBe(again);
  expect(await get()).toBe(again);
});

test('a type that nobody knows is told the nearest one', async () => {
  const error = await failure({ ...entry, type: 'fakr' });
  expect(error.code).toBe('CONNECTOR_UNKNOWN');
  expect(error.message).toBe(
    'No connector of type "fakr" (did you mean "fake"?). Expected: a connector type that is known (fake, broken).',
  );
  expect((await failure({ ...entry, type: '__proto__' })).code).toBe('CONNECTOR_UNKNOWN');
});

test('a module that cannot be loaded stops this connector only', async () => {
  write({});
  const error = await failure({ ...entry, type: 'broken' });
  expect(error.code).toBe('CONNECTOR_UNKNOWN');
  expect(error.message).toContain('no adapter');
});

test('every mistake in the file is listed, and no secret', async () => {
  write({ prt: 1, host: 5, password: 47110815 });
  const error = await failure(entry);
  expect(error).toBeInstanceOf(ConfigInvalid);
  expect('problems' in error && error.problems).toEqual([
    { file: 'a.json', path: 'host', found: '5', expected: 'string' },
    { file: 'a.json', path: 'password', found: 'a number (not shown)', expected: 'string' },
    { file: 'a.json', path: 'prt', found: 'the key "prt"', expected: 'a known key', nearest: 'port' },
  ]);
});

test('secrets that the file refers to are in their place, and a new one opens the connector anew', async () => {
  write({ host: 'h', password: '${env:PASSWORD}' });
  opened.length = 0;
  const get = (env: Record<string, string>, open = opener(table, env)): Promise<Source> =>
    lastValueFrom(open(entry, context('A')));
  const env = { PASSWORD: 'one' };
  const open = opener(table, env);
  const first = await get(env, open);
  expect(opened).toEqual([{ name: 'A', host: 'h', port: 7, password: 'one' }]);
  expect(await get(env, open)).toBe(first);
  env.PASSWORD = 'two';
  expect(await get(env, open)).not.toBe(first);
  await expect(get({})).rejects.toThrow('a.json: password: expected the environment variable PASSWORD to be set');
});

test('a file that is absent or broken is a mistake with its place', async () => {
  expect((await failure(entry)).message).toContain('a.json: expected a JSON file, found no such file');
  write('{"host": }');
  expect((await failure(entry)).message).toContain('found "}" in line 1, column 10');
});

test('each sample that ships opens with the connector that ships', async () => {
  const samples = join(import.meta.dirname, '..', '..', 'config');
  for (const type of connectors.keys()) {
    const item = { name: 'A', type, configuration: `${type}.json` };
    expect(await lastValueFrom(opener()(item, { ...context('A'), folder: samples }))).toBeTypeOf('function');
  }
  expect(lines).toEqual([]);
});
