import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { ConfigInvalid } from '../../src/config/config-invalid.js';
import { statisticsCommands } from '../../src/config/statistics-commands.js';

const folder = mkdtempSync(join(tmpdir(), 'commands-'));
afterAll(() => rmSync(folder, { recursive: true }));

const read = (content: unknown) => {
  writeFileSync(join(folder, 'commands.json'), JSON.stringify(content));
  return statisticsCommands('commands.json', folder);
};
const mistakes = (content: unknown): readonly string[] => {
  try {
    read(content);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigInvalid)) throw error;
    return error.problems.map(({ path }) => path);
  }
};
const one = (command: unknown) => [{ attributeOnGateway: 'k', command }];

describe('a command of the statistics', () => {
  test.each<[unknown, readonly string[]]>([
    ['uname  -r', ['uname', '-r']],
    [
      ['/bin/sh', '-c', 'ps | wc -l'],
      ['/bin/sh', '-c', 'ps | wc -l'],
    ],
    ['/usr/bin/uptime', ['/usr/bin/uptime']],
  ])('%j is a program and its arguments', (command, words) => {
    expect(read(one(command))).toEqual([{ attributeOnGateway: 'k', command: words, timeout: 10 }]);
  });

  test.each([
    'ps | wc -l',
    'echo $HOME',
    'echo "a b"',
    'a; b',
    'a > b',
    'ls *',
    '',
    ' ',
    5,
    [],
    [''],
    ['a', 5],
    null,
    { a: 1 },
  ])('%j is a mistake: it needs a shell, or is no command', (command) => {
    expect(mistakes(one(command))).toEqual(['[0].command']);
  });

  test('what installs something is accepted and dropped from the result’s use', () => {
    expect(
      read([{ attributeOnGateway: 'k', command: 'a', timeout: 100, installCmd: 'apt-get install -y a' }]),
    ).toMatchObject([{ command: ['a'], timeout: 100 }]);
  });

  test('every mistake in the file is named', () => {
    expect(mistakes([{ command: 'a' }, { attributeOnGateway: '', command: 'a', timeout: 0 }])).toEqual([
      '[0].attributeOnGateway',
      '[1].attributeOnGateway',
      '[1].timeout',
    ]);
    expect(mistakes({})).toEqual(['']);
  });

  test('a file that is not there is a mistake', () => {
    expect(() => statisticsCommands('absent.json', folder)).toThrow(/absent\.json/);
  });
});
