import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { credentialsFile } from '../../../src/sinks/thingsboard/credentials-file.js';

let root = '';
beforeEach(() => (root = mkdtempSync(join(tmpdir(), 'credentials-'))));
afterEach(() => rmSync(root, { recursive: true }));

const folders = () => {
  const both = [join(root, 'config'), join(root, 'data')];
  both.forEach((folder) => mkdirSync(folder));
  return both;
};

test('what is removed is removed everywhere, with the certificate and its key, and nothing else is', () => {
  const [config = '', data = ''] = folders();
  const file = credentialsFile([config, data]);
  for (const folder of [config, data]) file.write(folder, '.credentials', '{}');
  for (const name of ['.credentials-cert.pem', '.credentials-key.pem', 'cert.pem']) writeFileSync(join(data, name), '');
  expect(file.remove()).toBe(true);
  expect([readdirSync(config), readdirSync(data)]).toEqual([[], ['cert.pem']]);
  expect(file.read()).toBeUndefined();
  expect(file.remove()).toBe(false);
});

test('a folder that is not there holds nothing', () =>
  expect(credentialsFile([join(root, 'none')]).remove()).toBe(false));

test('what cannot be removed is an error, and stays', () => {
  const [config = ''] = folders();
  // A folder cannot be removed as a file, not even by root, to whom a mode says nothing.
  mkdirSync(join(config, '.credentials'));
  expect(() => credentialsFile([config]).remove()).toThrow(/EISDIR|directory/i);
  expect(existsSync(join(config, '.credentials'))).toBe(true);
});
