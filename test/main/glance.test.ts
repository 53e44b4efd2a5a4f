import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { glance } from '../../src/main/glance.js';

let folder = '';
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'glance-'))));
afterEach(() => rmSync(folder, { recursive: true }));

const write = (name: string, content: unknown): void =>
  writeFileSync(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content));
const main = (...files: readonly string[]) => ({
  connectors: files.map((configuration) => ({ name: configuration, type: 'mqtt', configuration })),
});

test('the same content has the same print, whatever time its file has; another content has another one', () => {
  write('tb_gateway.json', main('a.json'));
  write('a.json', { a: 1 });
  const look = glance(folder);
  const { print } = look();
  write('a.json', { a: 1 });
  utimesSync(join(folder, 'a.json'), 1, 1);
  expect(look().print).toBe(print);
  write('a.json', { a: 2 });
  const second = look().print;
  expect(second).not.toBe(print);
  write('tb_gateway.json', { ...main('a.json'), more: 1 });
  expect(look().print).not.toBe(second);
});

test('a file of the same size whose time was set back is another one', () => {
  write('tb_gateway.json', main('a.json'));
  write('a.json', { a: 1 });
  utimesSync(join(folder, 'a.json'), 5, 5);
  const look = glance(folder);
  const { print } = look();
  write('a.json', { a: 2 });
  utimesSync(join(folder, 'a.json'), 5, 5);
  expect(look().print).not.toBe(print);
});

test('a file that a new content names is looked at from then on, a certificate too, and whether it is there or not', () => {
  const look = glance(folder);
  const prints = new Set([look().print]);
  const changed = (): void => {
    const { print } = look();
    expect(prints).not.toContain(print);
    prints.add(print);
    expect(look().print).toBe(print);
  };
  write('tb_gateway.json', main('b.json'));
  changed();
  write('b.json', { broker: { security: { caCert: 'ca.pem' } } });
  changed();
  write('ca.pem', 'one');
  changed();
  write('ca.pem', 'two');
  changed();
  // What was named stays, while nobody can read where.
  write('tb_gateway.json', '{"connectors": [');
  changed();
  write('ca.pem', 'three');
  changed();
});

test('the folders are those of the files and of what links point to; for one that is absent, that above it', () => {
  mkdirSync(join(folder, '..one'));
  write('..one/a.json', {});
  symlinkSync('..one', join(folder, '..data'));
  symlinkSync('..data/a.json', join(folder, 'a.json'));
  write('tb_gateway.json', main('a.json', 'later/deep/b.json'));
  const look = glance(folder);
  const paths = () => look().folders.map(({ path, names }) => [path, names]);
  expect(paths()).toEqual([
    [folder, ['tb_gateway.json', 'a.json', 'later']],
    [join(folder, '..one'), ['a.json']],
  ]);
  mkdirSync(join(folder, '..two'));
  write('..two/a.json', { a: 2 });
  const { print } = look();
  symlinkSync('..two', join(folder, '..tmp'));
  renameSync(join(folder, '..tmp'), join(folder, '..data'));
  expect(look().print).not.toBe(print);
  mkdirSync(join(folder, 'later/deep'), { recursive: true });
  expect(paths()).toEqual([
    [folder, ['tb_gateway.json', 'a.json']],
    [join(folder, '..two'), ['a.json']],
    [join(folder, 'later/deep'), ['b.json']],
  ]);
});

test('a folder that was removed and made again is another one', () => {
  mkdirSync(join(folder, 'sub'));
  write('tb_gateway.json', main('sub/a.json'));
  const look = glance(folder);
  const idOf = () => look().folders.find(({ path }) => path.endsWith('sub'))?.id;
  const id = idOf();
  expect(id).toBeDefined();
  // While the first one is there, no other can get its number.
  renameSync(join(folder, 'sub'), join(folder, 'old'));
  expect(idOf()).toBeUndefined();
  mkdirSync(join(folder, 'sub'));
  expect(idOf()).not.toBe(id);
});
