import fs, { existsSync, mkdirSync, readFileSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { replaceFile } from '../../../src/operators/buffer/replace-file.js';
import { folderFor } from './with-store.js';

afterEach(() => {
  vi.restoreAllMocks();
  syncBuiltinESMExports();
});

test('replaces a file, for its owner only unless it is told otherwise', () =>
  folderFor(async (folder) => {
    const file = join(folder, 'a');
    replaceFile(file, 'old');
    replaceFile(file, 'new');
    replaceFile(join(folder, 'b'), 'b', 0o640);
    expect(readFileSync(file, 'utf8')).toBe('new');
    expect(readdirSync(folder)).toEqual(['a', 'b']);
    expect([file, join(folder, 'b')].map((path) => statSync(path).mode & 0o777)).toEqual([0o600, 0o640]);
    return Promise.resolve();
  }));

test('flushes the text before it has the name, and the name before it returns', () =>
  folderFor(async (folder) => {
    const file = join(folder, 'a');
    writeFileSync(file, 'old');
    const seen: string[] = [];
    const { fsyncSync } = fs;
    vi.spyOn(fs, 'fsyncSync').mockImplementation((handle) => {
      const what = fs.fstatSync(handle).isDirectory() ? 'folder' : 'file';
      seen.push(`${what}, with "${readFileSync(file, 'utf8')}" under the name`);
      fsyncSync(handle);
    });
    syncBuiltinESMExports();
    replaceFile(file, 'new');
    expect(seen).toEqual(['file, with "old" under the name', 'folder, with "new" under the name']);
    return Promise.resolve();
  }));

test('leaves the old file, and nothing beside it, where it cannot write', () =>
  folderFor(async (folder) => {
    const file = join(folder, 'a');
    mkdirSync(file);
    expect(() => {
      replaceFile(file, 'new');
    }).toThrow();
    expect(readdirSync(folder)).toEqual(['a']);
    expect(() => {
      replaceFile(join(folder, 'absent', 'a'), 'new');
    }).toThrow(/ENOENT/);
    return Promise.resolve();
  }));

test('writes through no link that stands where it writes', () =>
  folderFor(async (folder) => {
    const [file, elsewhere] = [join(folder, 'a'), join(folder, 'elsewhere')];
    symlinkSync(elsewhere, `${file}.new`);
    replaceFile(file, 'new');
    expect(existsSync(elsewhere)).toBe(false);
    expect(readFileSync(file, 'utf8')).toBe('new');
    return Promise.resolve();
  }));
