import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readOptions } from '../../src/main/options.js';

describe('options beat variables, and variables beat defaults', () => {
  test.each<[string, Record<string, string>, object]>([
    ['', {}, { command: 'run', folder: resolve('config'), format: 'text', print: false }],
    ['run --print', {}, { command: 'run', folder: resolve('config'), format: 'text', print: true }],
    ['check', { TB_GW_CONFIG_DIR: '/a' }, { command: 'check', folder: '/a', format: 'text', print: false }],
    ['plan /b', {}, { command: 'plan', folder: '/b', format: 'text', print: false }],
    ['check /b', { TB_GW_CONFIG_DIR: '/a' }, { command: 'check', folder: '/b', format: 'text', print: false }],
    [
      '--config /b --log-level WARNING --log-format json',
      { TB_GW_CONFIG_DIR: '/a', TB_GW_LOG_LEVEL: 'debug', TB_GW_LOG_FORMAT: 'text' },
      { command: 'run', folder: '/b', level: 'warn', format: 'json', print: false },
    ],
    [
      '',
      { TB_GW_CONFIG_DIR: '', TB_GW_LOG_LEVEL: 'TRACE', TB_GW_LOG_FORMAT: '' },
      { command: 'run', folder: resolve('config'), level: 'debug', format: 'text', print: false },
    ],
    ['--help', {}, { command: 'help', folder: resolve('config'), format: 'text', print: false }],
    ['--version', {}, { command: 'version', folder: resolve('config'), format: 'text', print: false }],
  ])('"%s" with %j', (line, env, options) => {
    expect(readOptions(line === '' ? [] : line.split(' '), env)).toEqual(options);
  });
});

describe('what cannot be meant is refused', () => {
  test.each([
    ['chek', {}, 'Unknown command "chek"'],
    ['check a b', {}, 'Too many arguments'],
    ['check a --config b', {}, 'Too many arguments'],
    ['run a', {}, 'Too many arguments'],
    ['--log-level loud', {}, 'Unknown log level "loud"'],
    ['', { TB_GW_LOG_LEVEL: 'loud' }, 'Unknown log level "loud"'],
    ['', { TB_GW_LOG_FORMAT: 'xml' }, 'Unknown log format "xml"'],
    ['check --confg x', {}, 'Unknown option "--confg". Did you mean "--config"?'],
    ['--confg=x', {}, 'Unknown option "--confg". Did you mean "--config"?'],
    ['--verbose', {}, 'Unknown option "--verbose". --help lists all there are.'],
    ['--toString', {}, 'Unknown option "--toString". --help lists all there are.'],
    ['-x', {}, 'Unknown option "-x". --help lists all there are.'],
    ['--no-print', {}, 'Unknown option "--no-print"'],
    ['--config', {}, 'The option --config needs a value.'],
    ['--config --print', {}, 'The option --config needs a value.'],
    ['--print=yes', {}, 'The option --print takes no value.'],
  ])('"%s" with %j', (line, env, message) => {
    expect(() => readOptions(line === '' ? [] : line.split(' '), env)).toThrow(message);
  });
});
