import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { logPlan } from '../../src/log/log-plan.js';
import { logsConfig } from '../../src/log/logs-config.js';
import { unknownHandlers } from '../../src/log/unknown-handlers.js';
import { decode } from '../../src/model/decode.js';

const DAY = 86_400_000;
const MB = 1024 * 1024;

const planned = (input: unknown, folder?: string) => {
  const { value, problems, unknown } = decode(logsConfig, input);
  expect([problems, unknown]).toEqual([[], []]);
  return logPlan(value!, '/srv', folder);
};
const fileOf = (handler: object, folder?: string) =>
  planned({ handlers: { h: handler }, root: { handlers: ['h'] } }, folder).routes.get('service')!.to[0]?.file;

const incumbents: unknown = JSON.parse(
  readFileSync(join(import.meta.dirname, '../fixtures/compat/thingsboard_gateway/config/logs.json'), 'utf8'),
);

describe('the incumbent’s logs.json', () => {
  test('gives its files, its levels and its rotation', () => {
    const { routes, notices } = planned(incumbents);
    expect(notices).toEqual([]);
    expect([...routes].map(([name, { level }]) => [name, level])).toEqual([
      ['service', 'info'],
      ['connector', 'info'],
      ['storage', 'info'],
      ['tb_connection', 'info'],
    ]);
    expect(routes.get('tb_connection')!.to).toEqual([
      {
        least: 'debug',
        file: { path: '/srv/logs/tb_connection.log', maxBytes: Infinity, periodMs: 3 * DAY, backups: 7 },
      },
      { least: 'debug' },
    ]);
    expect(unknownHandlers(incumbents)).toEqual([]);
  });

  test('is moved as a whole by TB_GW_LOGS_PATH', () => {
    expect(planned(incumbents, '/var/log/gw').routes.get('storage')!.to[0]!.file!.path).toBe('/var/log/gw/storage.log');
    expect(planned(incumbents, 'logs').routes.get('storage')!.to[0]!.file!.path).toBe('/srv/logs/storage.log');
  });
});

describe('when a file makes way for a new one', () => {
  test.each<[object, object]>([
    [{}, { maxBytes: 100 * MB, backups: 7 }],
    [
      { maxBytes: 5, backupCount: 2 },
      { maxBytes: 5, backups: 2 },
    ],
    [{ backupCount: 0 }, { maxBytes: 100 * MB, backups: Infinity }],
    [{ when: 'midnight' }, { maxBytes: Infinity, periodMs: DAY, backups: 7 }],
    [
      { when: 'h', interval: 2, maxBytes: 9 },
      { maxBytes: 9, periodMs: 7_200_000, backups: 7 },
    ],
    [{ when: 'W3' }, { maxBytes: Infinity, periodMs: 7 * DAY, backups: 7 }],
  ])('%j', (keys, plan) => {
    expect(fileOf({ filename: '/x/a.log', ...keys })).toEqual({ path: '/x/a.log', ...plan });
  });
});

describe('where a logger’s lines go', () => {
  const handlers = { file: { filename: 'a.log', level: 'ERROR' }, console: { class: 'logging.StreamHandler' } };
  const of = (config: object) => {
    const { level, to } = planned({ handlers, ...config }).routes.get('storage')!;
    return [level, ...to.map(({ least, file }) => `${file ? 'file' : 'console'} ${least}`)];
  };
  test.each<[object, readonly string[]]>([
    [{}, ['info', 'console debug']],
    [{ root: { level: 'ERROR', handlers: ['file'] } }, ['error', 'file error']],
    [{ root: {} }, ['info', 'console debug']],
    [{ loggers: { storage: { level: 'DEBUG' } } }, ['debug', 'console debug']],
    [{ loggers: { storage: { handlers: [], propagate: false } } }, ['info']],
    [{ loggers: { storage: { level: 10, handlers: ['console'] } } }, ['debug', 'console debug']],
    [{ loggers: { storage: { level: 'CRITICAL' } }, root: { handlers: ['console'] } }, ['error', 'console debug']],
    [
      { loggers: { storage: { handlers: ['file', 'console'] } }, root: { level: 30, handlers: ['console'] } },
      ['warn', 'file error', 'console debug'],
    ],
    [{ loggers: { storage: { propagate: false } }, root: { handlers: ['console'] } }, ['info']],
  ])('%j: %j', (config, route) => {
    expect(of(config)).toEqual(route);
  });
});

test('a handler that is neither file nor console takes nothing, and that is said', () => {
  const { routes, notices } = planned({
    handlers: { remote: { class: 'thingsboard_gateway.tb_utility.tb_handler.TBRemoteLoggerHandler' } },
    root: { handlers: ['remote'] },
  });
  expect(routes.get('service')!.to).toEqual([]);
  expect(notices).toEqual(['logs.json: the handler "remote" is neither a file nor the console: it logs nothing.']);
});

test('a name of no handler is a mistake with the nearest one', () => {
  const raw = {
    handlers: { fileHandler: {} },
    loggers: { a: { handlers: ['fileHandler', 'filHandler', 7] }, b: 5 },
    root: { handlers: ['other'] },
  };
  expect(unknownHandlers(raw)).toEqual([
    {
      path: 'loggers.a.handlers[1]',
      found: '"filHandler"',
      expected: 'the name of a handler',
      nearest: 'fileHandler',
    },
    { path: 'root.handlers[0]', found: '"other"', expected: 'the name of a handler' },
  ]);
  expect([null, [], 'x', { loggers: [] }].map((odd) => unknownHandlers(odd))).toEqual([[], [], [], []]);
});
