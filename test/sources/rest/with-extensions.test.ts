import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { firstValueFrom } from 'rxjs';
import { expect, it, onTestFinished } from 'vitest';
import { loadNamed } from '../../../src/extensions/load-named.js';
import type { Received } from '../../../src/sources/rest/server/exchange.js';
import { missingExtensions } from '../../../src/sources/rest/missing-extensions.js';
import { rules } from '../../../src/sources/rest/rules.js';
import type { Json } from '../../../src/model/message.js';
import { device } from './devices.js';
import { configOf, running, until } from './running.js';

const folderWith = (modules: Readonly<Record<string, string>>): string => {
  const folder = mkdtempSync(join(tmpdir(), 'rest-extensions-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, 'extensions/rest'), { recursive: true });
  for (const [name, code] of Object.entries(modules)) writeFileSync(join(folder, 'extensions/rest', name), code);
  return folder;
};
const endpoint = (path: string, extension: string) => ({
  endpoint: path,
  HTTPMethods: ['POST'],
  converter: { type: 'custom', extension, extensionConfig: { k: 2 } },
});
const post = (body: unknown): Received => ({
  method: 'POST',
  params: { id: 'D' },
  query: {},
  contentType: 'application/json',
  body: Buffer.from(JSON.stringify(body)),
});

it('a request is read by a converter of one’s own, a list item by item; an endpoint whose converter is not there is none', async () => {
  const folder = folderWith({
    'Own.mjs': `export default { up: ({ endpoint, extensionConfig }) => ({ data, method, receivedAt }) => {
      if (data.v === 'bad') throw new Error('no idea');
      if (data.v === null) return undefined;
      data.v *= extensionConfig.k;
      return { deviceName: data.id, telemetry: { v: data.v, endpoint, method, receivedAt } };
    } };`,
    'Broken.mjs': "throw new Error('not today');",
  });
  const config = configOf({
    server: { host: 'h' },
    mapping: [endpoint('/own/{id}', 'Own'), endpoint('/broken', 'Broken'), endpoint('/absent', 'Absent')],
  });
  expect(missingExtensions(config, folder)).toMatchObject([
    { path: 'mapping[2].converter.extension', found: '"Absent"' },
  ]);
  const loaded = await firstValueFrom(loadNamed('rest', ['Own', 'Broken', 'Absent'], folder));
  const { usable, unusable } = rules(config, loaded);
  expect(unusable).toMatchObject([
    { label: 'mapping[1] (/broken)', why: expect.stringContaining('not today') },
    { label: 'mapping[2] (/absent)', why: expect.stringContaining('there is no such file') },
  ]);
  const [{ rule }] = usable as [(typeof usable)[0]];
  if (rule.kind !== 'data') throw new Error('a question');
  const telemetry = (v: number) => [{ values: { v, endpoint: '/own/{id}', method: 'POST', receivedAt: 7 } }];
  expect(rule.read(post({ v: 1 }), 7)).toMatchObject([{ device: 'D', profile: 'default', telemetry: telemetry(2) }]);
  expect(rule.read(post({ v: null }), 7)).toEqual([]);
  expect(rule.read(post([{ v: 1 }]), 7)).toMatchObject([{ telemetry: telemetry(2) }]);
  expect(() => rule.read(post([{ v: 1 }, { v: 'bad' }]), 7)).toThrow('item 1: no idea');
});

it('a rule’s request is made by a converter of one’s own: what it gives wins, the rest is the rule’s; of a call it is one', async () => {
  const { url, got } = await device((_got, response) => void response.end('{"ok":1}'));
  const folder = folderWith({
    'Down.mjs': `export default { down: ({ extensionConfig, rule }) => (command) => {
      if (command.kind === 'attributeUpdate') {
        const { values, deleted, device } = command;
        delete command.values;
        return [JSON.stringify({ values, deleted, device, k: extensionConfig.k, own: rule.httpHeaders['X-Own'] }), new Uint8Array([104, 105])];
      }
      if (command.method === 'none') return undefined;
      if (command.method === 'two') return ['a', 'b'];
      if (command.method === 'odd') return { body: 1 };
      if (command.method === 'bad') return { url: 'http://[', data: 1 };
      if (command.method === 'throw') throw new Error('not today');
      return { url: command.params.url, method: 'put', headers: { 'x-own': 'its own' }, data: { level: command.params.level } };
    } };`,
    'Up.mjs': 'export default () => () => undefined;',
  });
  const rule = {
    deviceNameFilter: '.*',
    requestUrlExpression: `${url}/\${deviceName}`,
    HTTPMethod: 'POST',
    httpHeaders: { 'X-Own': 'the rules' },
    valueExpression: 'never',
    extensionConfig: { k: 2 },
  };
  const requestsMapping = {
    attributeUpdates: [{ ...rule, attributeFilter: 'a|b', extension: 'Down' }],
    serverSideRpc: [
      { ...rule, methodFilter: 'absent', extension: 'Absent' },
      { ...rule, methodFilter: 'up', extension: 'Up' },
      { ...rule, methodFilter: '.*', extension: 'Down' },
    ],
  };
  const config = configOf({ server: { host: 'h' }, requestsMapping });
  expect(missingExtensions(config, folder)).toMatchObject([
    { path: 'requestsMapping.serverSideRpc[0].extension', found: '"Absent"' },
  ]);
  const loaded = await firstValueFrom(loadNamed('rest', ['Down', 'Up', 'Absent'], folder));
  const rest = await running({ mapping: [], requestsMapping, converters: loaded });
  expect(rest.facts).toContainEqual(
    expect.objectContaining({
      kind: 'alert',
      code: 'CONFIG_INVALID',
      text: expect.stringContaining('serverSideRpc[1]'),
    }),
  );

  rest.commands.next({ kind: 'attributeUpdate', device: 'D', values: { a: 1, c: 3 }, deleted: ['b', 'd'] });
  rest.commands.next({ kind: 'attributeUpdate', device: 'D', values: { c: 3 }, deleted: ['d'] });
  await until('both requests have come', () => got.length === 2);
  const expected = { values: { a: 1 }, deleted: ['b'], device: 'D', k: 2, own: 'the rules' };
  expect(got.map(({ method, url: at, body }) => [method, at, body]).sort()).toEqual([
    ['POST', '/D', 'hi'],
    ['POST', '/D', JSON.stringify(expected)],
  ]);

  let id = 0;
  const called = async (method: string, params: Json = null): Promise<Json> => {
    id += 1;
    rest.commands.next({ kind: 'rpc', device: 'D', id, method, params });
    await until('there is a reply', () => rest.messages.length === id);
    const reply = rest.messages.at(-1)!;
    return reply.kind === 'reply' ? reply.content : null;
  };
  expect(await called('m', { url: `${url}/own`, level: 3 })).toEqual({ result: { ok: 1 } });
  expect(got.at(-1)).toMatchObject({
    method: 'PUT',
    url: '/own',
    headers: { 'x-own': 'its own' },
    body: '{"level":3}',
  });
  for (const [method, error] of [
    ['none', 'gave nothing'],
    ['two', 'gave 2 requests'],
    ['odd', 'a text, bytes or {data'],
    ['bad', 'the URL'],
    ['throw', 'not today'],
    ['absent', 'serverSideRpc[0]: the extension Absent cannot be loaded'],
    ['up', 'serverSideRpc[1]: it has no `down`'],
  ] as const)
    expect([method, await called(method)]).toEqual([
      method,
      expect.objectContaining({ error: expect.stringContaining(error) }),
    ]);
  expect(got).toHaveLength(3);
});
