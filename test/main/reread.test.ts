import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { firstValueFrom } from 'rxjs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { inspect } from '../../src/main/inspect.js';
import { reread } from '../../src/main/reread.js';

let folder = '';
const write = (name: string, content: unknown): void => writeFileSync(join(folder, name), JSON.stringify(content));
const main = (more: object = {}) => ({
  thingsboard: { security: { accessToken: 'never-shown' } },
  connectors: [
    { name: 'A', type: 'mqtt', configuration: 'a.json' },
    { name: 'Later', type: 'unheard-of', configuration: 'a.json' },
  ],
  ...more,
});
const connector = { broker: { host: 'h', security: { type: 'anonymous' } }, mapping: [] };
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'reread-'));
  write('tb_gateway.json', main());
  write('a.json', connector);
});
afterEach(() => rmSync(folder, { recursive: true }));

const again = async () => reread(folder, {}, await inspect(folder, {}));

test('what the files say now is read, however often, and a mistake that was there before stops nothing', async () => {
  const read = await again();
  expect((await firstValueFrom(read)).config).toMatchObject({ restart: 'process', rpcTimeoutSeconds: 10 });
  write('tb_gateway.json', main({ restart: 'exit', rpcTimeoutSeconds: 2 }));
  expect((await firstValueFrom(read)).config).toMatchObject({ restart: 'exit', rpcTimeoutSeconds: 2 });
});

test.each<[string, string, unknown, RegExp]>([
  ['the main file', 'tb_gateway.json', { connectors: 7 }, /tb_gateway\.json: connectors/],
  ['a connector’s file', 'a.json', { ...connector, mapping: 7 }, /^[^]*a\.json: mapping/],
])('a mistake in %s is an error that lists it, and nothing that was known before', async (_, name, content, said) => {
  const read = await again();
  write(name, content);
  const error = await firstValueFrom(read).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: 'CONFIG_INVALID', message: expect.stringMatching(said) as string });
  expect(String(error)).not.toMatch(/unheard-of|never-shown/);
});

test('a mistake in logs.json stops no restart', async () => {
  const read = await again();
  write('logs.json', { handlers: 7 });
  expect((await firstValueFrom(read)).found.logMistakes).not.toEqual([]);
});

test('a notice is news once, however often the folder is read, and again when it has been away', async () => {
  const read = await again();
  const news = async () => (await firstValueFrom(read)).news;
  expect(await news()).toEqual([]);
  write('tb_gateway.json', main({ resembles_nothing: 1 }));
  expect(await news()).toEqual([expect.stringContaining('resembles_nothing')]);
  expect(await news()).toEqual([]);
  write('tb_gateway.json', main());
  expect(await news()).toEqual([]);
  write('tb_gateway.json', main({ resembles_nothing: 1 }));
  expect(await news()).toHaveLength(1);
});
