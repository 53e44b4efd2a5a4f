import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readJson } from '../../src/config/read-json.js';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'read-json-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const read = (content: string | Uint8Array, largest?: number) => {
  const path = join(folder, 'file.json');
  writeFileSync(path, content);
  return readJson(path, 'file.json', largest);
};

test('a file is read, with or without a byte order mark', () => {
  expect(read('{"a": [1]}')).toEqual({ value: { a: [1] } });
  expect(read('\uFEFF{"a": "ü"}')).toEqual({ value: { a: 'ü' } });
});

describe('what cannot be read is reported, not thrown', () => {
  test.each([
    ['broken', '{\n "a": 1,\n}', undefined, '"}" in line 3, column 1'],
    ['empty', '', undefined, 'the end of the file in line 1, column 1'],
    ['not UTF-8', Uint8Array.of(0x22, 0xff, 0x22), undefined, 'bytes that are not UTF-8'],
    ['too large', '"1234567890"', 10, 'a file of 12 bytes'],
    ['too deep', '['.repeat(65) + ']'.repeat(65), undefined, '"[" in line 1, column 65'],
  ])('%s', (_, content, largest, found) => {
    expect(read(content, largest)).toMatchObject({ problem: { file: 'file.json', path: '', found } });
  });

  test('absent', () => {
    expect(readJson(join(folder, 'absent.json'), 'absent.json')).toEqual({
      problem: { file: 'absent.json', path: '', found: 'no such file', expected: 'a JSON file' },
    });
  });

  test('a folder, or a device that never ends', () => {
    expect(readJson(folder, 'x')).toMatchObject({ problem: { expected: 'a regular file' } });
    expect(readJson('/dev/zero', 'x')).toMatchObject({ problem: { expected: 'a regular file' } });
  });
});
