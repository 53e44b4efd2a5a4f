import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Subject } from 'rxjs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { GatewayConfig } from '../../src/config.js';
import type { Level } from '../../src/log/level-of.js';
import { reloading } from '../../src/main/reloading.js';

let folder = '';
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'reloading-'))));
afterEach(() => rmSync(folder, { recursive: true }));
const write = (name: string, content: unknown): void =>
  writeFileSync(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content));
const main = (more: object = {}) => ({
  thingsboard: { security: { accessToken: 'TOKEN' } },
  connectors: [{ name: 'A', type: 'mqtt', configuration: 'a.json' }],
  ...more,
});

const reading = () => {
  const when = new Subject<void>();
  const levels = new Map<string, Level>([['A', 'warn']]);
  const [warned, errors, hidden, configs]: [string[], unknown[], string[], GatewayConfig[]] = [[], [], [], []];
  const log = {
    warn: (text: string) => void warned.push(text),
    error: (text: string, details?: object) => void errors.push([text, details]),
    hide: (secret: string) => void hidden.push(secret),
  };
  const running = reloading({ folder, env: {}, when, notices: ['said before'], levels, log });
  running.subscribe((config) => configs.push(config));
  return { read: () => when.next(), levels, warned, errors, hidden, configs };
};

test('the configuration is read each time, with its secrets hidden', () => {
  write('tb_gateway.json', main());
  write('a.json', { broker: { security: { password: 'hush-hush' } } });
  const { read, configs, hidden } = reading();
  expect(configs).toEqual([]);
  read();
  write('tb_gateway.json', main({ restart: 'exit' }));
  read();
  expect(configs.map(({ restart }) => restart)).toEqual(['process', 'exit']);
  expect(hidden).toContain('hush-hush');
});

test('a main file with mistakes gives none: each is said, and the next one counts again', () => {
  write('tb_gateway.json', main({ restart: 7, storage: 8 }));
  const { read, configs, errors } = reading();
  read();
  write('tb_gateway.json', '{"thingsboard": {');
  read();
  expect(configs).toEqual([]);
  expect(errors).toEqual([
    [
      'the main file cannot be used: everything goes on as it is',
      { list: [expect.stringContaining('storage'), expect.stringContaining('restart')] },
    ],
    ['the main file cannot be used: everything goes on as it is', { list: [expect.stringContaining('line 1')] }],
  ]);
  write('tb_gateway.json', main());
  read();
  expect(configs).toHaveLength(1);
});

test('a notice is news once', () => {
  write('tb_gateway.json', main({ resembles_nothing: 1 }));
  const { read, warned } = reading();
  read();
  read();
  expect(warned).toEqual([expect.stringContaining('resembles_nothing')]);
});

test('the levels that connectors’ files ask for follow, and stay while a file cannot be read', () => {
  write('tb_gateway.json', main());
  const { read, levels } = reading();
  write('a.json', '{"logLevel": ');
  read();
  expect([...levels]).toEqual([['A', 'warn']]);
  write('a.json', { logLevel: 'DEBUG' });
  read();
  expect([...levels]).toEqual([['A', 'debug']]);
  write('a.json', {});
  read();
  expect([...levels]).toEqual([]);
});
