import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as t from 'io-ts';
import { EMPTY } from 'rxjs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { plan } from '../../src/main/plan.js';
import { required, section } from '../../src/model/codec.js';
import { connector } from '../../src/model/component.js';
import { loading } from '../../src/sources/open.js';
import type { Table } from '../../src/sources/open.js';

const config = section('the fake connector', { host: required(t.string, 'Host.') });
const open = () => () => EMPTY;
const table: Table = new Map([
  [
    'polls',
    loading(() =>
      Promise.resolve({
        default: connector({ type: 'polls', config, open, plan: ({ host }) => `${host}:\n  2 requests` }),
      }),
    ),
  ],
  ['listens', loading(() => Promise.resolve({ default: connector({ type: 'listens', config, open }) }))],
]);

let folder = '';
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'plan-'))));
afterEach(() => rmSync(folder, { recursive: true }));

const write = (files: Readonly<Record<string, unknown>>): void =>
  Object.entries(files).forEach(([name, content]) => writeFileSync(join(folder, name), JSON.stringify(content)));
const entry = (name: string, type: string) => ({ name, type, configuration: `${name}.json` });
const main = (...connectors: object[]) => ({
  thingsboard: { host: 'h', security: { accessToken: 'a-token' } },
  connectors,
});

test('it says of every connector what it asks', async () => {
  write({
    'tb_gateway.json': main(entry('a', 'polls'), entry('b', 'listens')),
    'a.json': { host: 'x' },
    'b.json': { host: 'y' },
  });
  expect(await plan(folder, {}, table)).toEqual({
    text: 'a (a.json):\n  x:\n    2 requests\nb (b.json): asks for nothing by itself',
    complete: true,
  });
});

test('a connector with mistakes stops no other', async () => {
  write({
    'tb_gateway.json': main(entry('a', 'polls'), entry('b', 'polls'), entry('c', 'nobody')),
    'a.json': {},
    'b.json': { host: 'y' },
    'c.json': {},
  });
  const { text, complete } = await plan(folder, {}, table);
  expect(complete).toBe(false);
  expect(text).toContain('a (a.json): the file has mistakes, which check lists');
  expect(text).toContain('b (b.json):\n  y:');
  expect(text).toContain('c (c.json): no connector of type "nobody" is known');
});

test('a folder without a configuration is said to be one', async () => {
  const { text, complete } = await plan(join(folder, 'none'), {}, table);
  expect(complete).toBe(false);
  expect(text).toContain('There is no connector');
});
