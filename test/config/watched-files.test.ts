import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { watchedFiles } from '../../src/config/watched-files.js';

let folder = '';
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'watched-'))));
afterEach(() => rmSync(folder, { recursive: true }));

const write = (name: string, content: string): void => writeFileSync(join(folder, name), content);
const seen = (before?: readonly string[]) => watchedFiles(folder, before).map((path) => path.replace(`${folder}/`, ''));

test('the main file, the files of the connectors, and what these refer to, each once', () => {
  const connectors = [
    { name: 'A', configuration: 'a.json' },
    { name: 'B', configuration: 'b.json' },
    { name: 'C', configuration: 'a.json' },
    { name: 'D', configuration: '/elsewhere/d.json' },
  ];
  write('tb_gateway.json', JSON.stringify({ connectors }));
  write('a.json', '{"broker": {"security": {"caCert": "ca.pem", "password": "${file:password}"}}}');
  expect(seen()).toEqual(['tb_gateway.json', 'a.json', 'b.json', '/elsewhere/d.json', 'ca.pem', 'password']);
});

test('what was watched stays while the main file cannot be read', () => {
  expect(seen(['/c/tb_gateway.json', '/c/a.json'])).toEqual(['tb_gateway.json', '/c/tb_gateway.json', '/c/a.json']);
  write('tb_gateway.json', '{"connectors": [');
  expect(seen(['/c/a.json'])).toEqual(['tb_gateway.json', '/c/a.json']);
});

test.each(['7', '[]', '{"connectors": 7}', '{"connectors": [7, null, {"configuration": 7}, {"configuration": ""}]}'])(
  'a strange main file names nothing: %s',
  (content) => {
    write('tb_gateway.json', content);
    expect(seen(['/c/a.json'])).toEqual(['tb_gateway.json']);
  },
);
