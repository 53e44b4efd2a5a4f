import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { firstValueFrom } from 'rxjs';
import { expect, it, onTestFinished } from 'vitest';
import { loadNamed } from '../../../src/extensions/load-named.js';
import type { Received } from '../../../src/sources/rest/server/exchange.js';
import { missingExtensions } from '../../../src/sources/rest/missing-extensions.js';
import { rules } from '../../../src/sources/rest/rules.js';
import { configOf } from './running.js';

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
