import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readConfig } from '../src/config.js';
import { ConfigInvalid } from '../src/config/config-invalid.js';

const root = join(import.meta.dirname, '..');
const compat = join(import.meta.dirname, 'fixtures', 'compat');

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'config-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const write = (name: string, content: unknown): void =>
  writeFileSync(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content));

const mistakes = (env: Record<string, string> = {}): ConfigInvalid => {
  try {
    readConfig(folder, env);
  } catch (error) {
    if (error instanceof ConfigInvalid) return error;
    throw error;
  }
  throw new Error('no mistake was found');
};

const security = { accessToken: 'A1-secret-token' };

test('the smallest file takes every default', () => {
  write('tb_gateway.json', { thingsboard: { security } });
  const { config, notices } = readConfig(folder);
  expect(config).toMatchObject({
    thingsboard: { host: 'localhost', port: 1883, security },
    storage: { type: 'memory', at_capacity: 'block', max_dead_letters: 10_000 },
    connectors: [],
  });
  expect(notices).toEqual([]);
});

test('a file without a storage section has the defaults of an empty one', () => {
  write('tb_gateway.json', { thingsboard: { security }, storage: {} });
  const { storage } = readConfig(folder).config;
  write('tb_gateway.json', { thingsboard: { security } });
  expect(readConfig(folder).config.storage).toEqual(storage);
});

test('the documented sample works as it stands', () => {
  write('mqtt.json', {});
  write('tb_gateway.json', {
    thingsboard: { host: 'tb.example.com', port: 1883, security: { type: 'accessToken', ...security } },
    storage: { type: 'file', data_folder_path: './data/', max_file_count: 10, max_records_per_file: 10_000 },
    connectors: [{ name: 'Broker', type: 'MQTT', configuration: 'mqtt.json' }],
  });
  expect(readConfig(folder).config).toMatchObject({
    thingsboard: { host: 'tb.example.com' },
    storage: { type: 'file', max_file_count: 10 },
    connectors: [{ name: 'Broker', type: 'mqtt', configuration: 'mqtt.json' }],
  });
});

test.each(['thingsboard_gateway/config/tb_gateway.json', 'tests/integration/data/gateway/gateway.json'])(
  'the incumbent’s %s is accepted, every key of it',
  (file) => {
    cpSync(join(compat, file), join(folder, 'tb_gateway.json'));
    const { config, notices } = readConfig(folder, { TB_GW_ACCESS_TOKEN: 'a-token' });
    expect(config.storage).toMatchObject({ type: 'memory', max_records_count: 100_000 });
    expect(notices).toHaveLength(1);
    expect(notices[0]).toMatch(/^These keys have no effect yet: tb_gateway.json: .*thingsboard.remoteShell/);
    expect(notices[0]).toContain('no meaning here: tb_gateway.json: thingsboard.minPackSendDelayMS');
  },
);

test('a folder and its mistakes are named', () => {
  expect(mistakes().message).toMatch(new RegExp(`^The configuration in ${folder} has a mistake:\n  tb_gateway.json: `));
});

test('keys without effect are named in one notice', () => {
  write('tb_gateway.json', { thingsboard: { security, remoteShell: true, managerEnabled: true, qos: 1 } });
  expect(readConfig(folder).notices).toEqual([
    'These keys have no effect yet: tb_gateway.json: thingsboard.remoteShell, thingsboard.managerEnabled. ' +
      'These keys are accepted and have no meaning here: tb_gateway.json: thingsboard.qos.',
  ]);
});

test('provisioning without its two keys is a mistake, beside the others; with them it takes the place of credentials', () => {
  write('tb_gateway.json', { thingsboard: { port: 'x', provisioning: { provisionDeviceKey: 'k' } } });
  expect(mistakes().problems.map(({ path }) => path)).toEqual([
    'thingsboard.port',
    'thingsboard.provisioning.provisionDeviceSecret',
  ]);
  write('tb_gateway.json', { thingsboard: { provisioning: { provisionDeviceKey: 'the-key' } } });
  const secret = 'the-secret';
  const { config, notices, secrets } = readConfig(folder, { TB_GW_PROVISIONING_DEVICE_SECRET: secret });
  expect([config.thingsboard.security, notices]).toEqual([undefined, []]);
  expect(secrets).toContain(secret);
});

test('a secret may come from the environment or a file, in any file, and is hidden', () => {
  writeFileSync(join(folder, 'token'), 'from-a-file\n');
  write('a.json', { broker: { security: { username: '${env:USER_NAME}', password: '${file:absent}' } } });
  write('tb_gateway.json', {
    thingsboard: { security: { accessToken: '${file:token}' } },
    connectors: [{ name: 'A', type: 'mqtt', configuration: 'a.json' }],
  });
  const { config, secrets } = readConfig(folder, { USER_NAME: 'from-the-environment' });
  expect(config.thingsboard.security?.accessToken).toBe('from-a-file');
  expect(secrets).toEqual(expect.arrayContaining(['from-a-file', 'from-the-environment']));
});

test('our own sample is accepted, and keeps messages on disk', () => {
  const { config, notices } = readConfig(join(root, 'config'), { TB_GW_ACCESS_TOKEN: 'a-token' });
  expect(config.storage).toMatchObject({ type: 'file', at_capacity: 'block' });
  expect(notices).toEqual([]);
});

test('the environment beats the file and gives what it lacks', () => {
  write('tb_gateway.json', { thingsboard: { host: 'file', keep_alive: 60 } });
  const { config, secrets } = readConfig(folder, { TB_GW_HOST: 'env', TB_GW_ACCESS_TOKEN: 'env-token' });
  expect(config.thingsboard).toMatchObject({ host: 'env', keep_alive: 60, security: { accessToken: 'env-token' } });
  expect(secrets).toEqual(['env-token']);
});

test('every mistake of every file is listed at once', () => {
  write('broken.json', '{"broker": {\n  "host": "h",,\n}}');
  write('tb_gateway.json', {
    thingsboard: { host: 5, prot: 1883, security },
    storage: { type: 'disk', max_records: '10' },
    connectors: [
      { name: 'A', type: 'mqtt', configuration: 'broken.json' },
      { name: 'A', type: 'mqtt', configuration: 'absent.json' },
      { name: 'B', configuration: 'broken.json' },
    ],
  });
  const { code, problems, message } = mistakes({ TB_GW_PORT: 'abc' });
  expect(code).toBe('CONFIG_INVALID');
  const main = 'tb_gateway.json';
  expect(problems.map(({ file, path, found, nearest }) => [file, path, found, nearest])).toEqual(
    expect.arrayContaining([
      [main, 'thingsboard.host', '5', undefined],
      ['environment variable TB_GW_PORT', 'thingsboard.port', '"abc"', undefined],
      [main, 'storage.type', '"disk"', undefined],
      [main, 'storage.max_records', '"10"', undefined],
      [main, 'connectors[2].type', 'nothing', undefined],
      [main, 'connectors[1].name', '"A"', undefined],
      ['broken.json', '', '"," in line 2, column 15', undefined],
      ['absent.json', '', 'no such file', undefined],
    ]),
  );
  expect(message).toContain('connectors[2].type: expected a connector type such as "mqtt", found nothing');
});

test('a misspelt key is named with the one that was meant', () => {
  write('tb_gateway.json', { thingsboard: { security }, storage: { max_recrods: 5 } });
  expect(mistakes().problems).toEqual([
    {
      file: 'tb_gateway.json',
      path: 'storage.max_recrods',
      found: 'the key "max_recrods"',
      expected: 'a known key',
      nearest: 'max_records',
    },
  ]);
  expect(mistakes().message).toContain('did you mean "max_records"?');
});

test('a key that resembles nothing is passed over, and said', () => {
  write('tb_gateway.json', { thingsboard: { security }, _comment: 'ours' });
  expect(readConfig(folder).notices).toEqual(['tb_gateway.json: nothing reads the key "_comment".']);
});

describe('the main file must be there and be JSON', () => {
  test('absent', () => {
    expect(mistakes().problems).toMatchObject([{ file: 'tb_gateway.json', found: 'no such file' }]);
  });
  test('broken', () => {
    write('tb_gateway.json', '{\n  "thingsboard": {\n    "host": "x"\n    "port": 1\n  }\n}');
    expect(mistakes().message).toContain('tb_gateway.json: expected "," or "}", found "\\"" in line 4, column 5');
  });
  test.each([[[]], ['"text"'], ['null']])('%j', (content) => {
    write('tb_gateway.json', content);
    expect(mistakes().problems.length).toBeGreaterThan(0);
  });
});

test('a gateway without credentials is told which are wanted', () => {
  write('tb_gateway.json', { thingsboard: {} });
  expect(mistakes().message).toContain('thingsboard.security: expected credentials');
});

describe('no secret is in a report', () => {
  test.each([
    ['a number as token', { security: { accessToken: 4711_0815 } }],
    ['a token where the section should be', { security: '47110815' }],
    ['a list of tokens', { security: { accessToken: ['47110815'] } }],
    ['a misspelt key', { security: { acessToken: '47110815' } }],
    ['a whole section where a text should be', { host: { accessToken: '47110815' }, security }],
    ['provisioning', { provisioning: '47110815' }],
    ['a wrong type beside it', { security: { type: 5, accessToken: '47110815', password: '47110815' } }],
  ])('%s', (_, thingsboard) => {
    write('tb_gateway.json', { thingsboard });
    const error = mistakes();
    expect(JSON.stringify(error.problems) + error.message).not.toContain('47110815');
  });
});

test('a bad connector file among good ones stops nothing here', () => {
  write('good.json', { broker: { security: { password: 'pa55word' } } });
  write('tb_gateway.json', {
    thingsboard: { security },
    connectors: [
      { name: 'A', type: 'mqtt', configuration: 'good.json' },
      { name: 'B', type: 'mqtt', configuration: 'absent.json' },
    ],
  });
  const { config, secrets } = readConfig(folder);
  expect(config.connectors).toHaveLength(2);
  expect(secrets).toEqual(['A1-secret-token', 'pa55word']);
});
