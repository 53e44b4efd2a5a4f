import {
  cpSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { inspect } from '../../src/main/inspect.js';
import { report } from '../../src/main/report.js';
import { installSample } from '../fixtures/extensions/install-sample.js';

const fixtures = resolve(import.meta.dirname, '../fixtures/mistakes');
const cases = readdirSync(fixtures, { withFileTypes: true }).flatMap((entry) =>
  entry.isDirectory() ? entry.name : [],
);

const said = async (folder: string): Promise<string> => {
  const file = join(folder, 'env.json');
  const env = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>) : {};
  return `${report(folder, await inspect(folder, env)).replaceAll(folder, '<folder>')}\n`;
};

describe('each documented mistake has its documented message', () => {
  test.each(cases)('%s', async (name) => {
    const text = await said(join(fixtures, name));
    await expect(text).toMatchFileSnapshot(join(fixtures, name, 'expected.txt'));
    expect(text).not.toMatch(/never-shown|12345678|T1-fixture/);
  });
});

test('our own samples are right, and without a warning once they have a token', async () => {
  const folder = resolve(import.meta.dirname, '../../config');
  expect(report(folder, await inspect(folder, { TB_GW_ACCESS_TOKEN: 'a-token' }))).toBe(
    `The configuration in ${folder} is right.`,
  );
});

test('the incumbent’s main file, MQTT connector and logs.json are right as they stand', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'incumbent-'));
  try {
    const compat = resolve(import.meta.dirname, '../fixtures/compat/thingsboard_gateway/config');
    for (const name of ['mqtt.json', 'logs.json']) cpSync(join(compat, name), join(folder, name));
    // The sample's Python converter, made again.
    installSample(folder);
    const main = JSON.parse(readFileSync(join(compat, 'tb_gateway.json'), 'utf8')) as object;
    const connectors = [{ name: 'MQTT Broker Connector', type: 'mqtt', configuration: 'mqtt.json' }];
    writeFileSync(join(folder, 'tb_gateway.json'), JSON.stringify({ ...main, connectors }));
    const { mistakes, notices, connectorNotices, routes } = await inspect(folder, {
      TB_GW_LOGS_PATH: folder,
      TB_GW_ACCESS_TOKEN: 'a-token',
    });
    expect(mistakes).toEqual([]);
    expect(notices).toHaveLength(1);
    expect(notices[0]).toMatch(/^These keys have no effect yet: tb_gateway.json: .*; mqtt.json: /);
    expect(connectorNotices).toEqual([]);
    expect(routes!.get('connector')!.to[0]!.file!.path).toBe(join(folder, 'connector.log'));
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('whatever stands in the files, there is a report and no exception', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'anything-'));
  try {
    const keys = fc.constantFrom(
      'thingsboard',
      'connectors',
      'security',
      'type',
      '__proto__',
      'constructor',
      'handlers',
      'x',
    );
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof(
        { depthSize: 'small' },
        fc.constantFrom(null, true, 0, 'mqtt', '${env:X}', 'a.json'),
        fc.array(tie('tree'), { maxLength: 3 }),
        fc
          .array(fc.tuple(keys, tie('tree')), { maxLength: 4 })
          .map((entries) => Object.fromEntries(entries) as unknown),
      ),
    }));
    await fc.assert(
      fc.asyncProperty(tree, tree, tree, async (main, logs, connector) => {
        const sections = {
          thingsboard: main,
          connectors: [{ name: 'A', type: 'mqtt', configuration: 'a.json' }, main],
        };
        writeFileSync(join(folder, 'tb_gateway.json'), JSON.stringify(sections));
        writeFileSync(join(folder, 'logs.json'), JSON.stringify(logs));
        writeFileSync(join(folder, 'a.json'), JSON.stringify(connector));
        expect(report(folder, await inspect(folder, { TB_GW_ACCESS_TOKEN: 'a-token' }))).toContain(
          'The configuration in',
        );
        expect(Object.keys(Object.prototype)).toEqual([]);
      }),
      { numRuns: 200 },
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
});

describe('a file with more than anybody can mean is reported in bounded time and length', () => {
  const many = Array.from({ length: 200_000 }, (_, i) => i);
  const security = { accessToken: 'never-shown' };
  test.each<[string, object, RegExp]>([
    ['connectors', { thingsboard: { security }, connectors: many }, /expected at most 1000 connectors|and \d+ more$/],
    [
      'names',
      { thingsboard: { security }, connectors: many.map((i) => ({ name: String(i) })) },
      /has \d+ mistakes[^]*and \d+ more$/,
    ],
    [
      'keys',
      { thingsboard: { security, ...Object.fromEntries(many.map((i) => [`host${i}`, 1])) } },
      /nothing reads 199900 more keys/,
    ],
  ])(
    '%s',
    async (_, main, expected) => {
      const folder = mkdtempSync(join(tmpdir(), 'many-'));
      try {
        writeFileSync(join(folder, 'tb_gateway.json'), JSON.stringify(main));
        const text = await said(folder);
        expect(text.trimEnd()).toMatch(expected);
        expect(text.split('\n').length).toBeLessThan(1_200);
      } finally {
        rmSync(folder, { recursive: true });
      }
    },
    20_000,
  );
});

test.each(['/etc/hostname/x', `/${'a'.repeat(300)}`])('%s, which cannot be looked at, is no folder', async (folder) => {
  expect(await said(folder)).toContain('expected a folder with tb_gateway.json, found no such folder');
});

test('a folder that is not there is named', async () => {
  expect(report('/no/where', await inspect('/no/where', {}))).toBe(
    'The configuration in /no/where has a mistake:\n' +
      '  /no/where: expected a folder with tb_gateway.json, found no such folder',
  );
});

test('a file of a size that cannot be meant is refused unread', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'mistakes-'));
  try {
    writeFileSync(join(folder, 'tb_gateway.json'), '{}');
    truncateSync(join(folder, 'tb_gateway.json'), 17 * 1024 * 1024);
    expect(await said(folder)).toContain(
      'tb_gateway.json: expected at most 16777216 bytes, found a file of 17825792 bytes',
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
});
