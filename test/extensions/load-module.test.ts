import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { firstValueFrom, merge } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { loadModule } from '../../src/extensions/load-module.js';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'modules-'));
  mkdirSync(join(folder, 'extensions', 'own'), { recursive: true });
});
afterEach(() => rmSync(folder, { recursive: true }));

/** What loading a module of this code gives, or the text of why it gives nothing. */
const loading = async (code: string, name = 'Own.mjs'): Promise<unknown> => {
  writeFileSync(join(folder, 'extensions/own', name), code);
  const loaded = await firstValueFrom(loadModule('own', 'Own', folder));
  return loaded instanceof Error ? loaded.message : loaded.exported;
};

it('gives the default export, of an ES module and of CommonJS', async () => {
  expect(await loading('export default { a: 1 };')).toEqual({ a: 1 });
  rmSync(join(folder, 'extensions/own/Own.mjs'));
  expect(await loading('module.exports = { a: 2 };', 'Own.js')).toEqual({ a: 2 });
});

it('lets a module have rxjs without an installation', async () => {
  expect(await loading("import { NEVER } from 'rxjs'; export default { found: typeof NEVER.subscribe };")).toEqual({
    found: 'function',
  });
});

it.each([
  ['throws', "throw new Error('not today');", 'not today'],
  ['ends the process', 'process.exit(0);', 'it ends the process while it loads'],
  ['throws later while it loads', "setImmediate(() => { throw new Error('x'); }); await new Promise(() => 0);", 'x'],
  ['is no module', 'export default (', 'cannot be loaded'],
  ['fills the memory', 'const all = []; for (;;) all.push(new Array(1e5).fill(all.length));', 'fills the memory'],
  ['imports what is nowhere', "import 'not-there-at-all';", 'not-there-at-all'],
])(
  'says why a module that %s cannot be loaded',
  async (_, code, why) => {
    expect(await loading(code)).toContain(why);
  },
  60_000,
);

it('has no files of another name than a plain one', async () => {
  const texts = ['../own/Own', '/etc/passwd', '', 'Own.mjs'].map(async (name) => {
    const loaded = await firstValueFrom(loadModule('own', name, folder));
    return loaded instanceof Error && loaded.message.includes('its name is none');
  });
  expect(await Promise.all(texts)).toEqual([true, true, true, true]);
  expect(await firstValueFrom(loadModule('../own', 'Own', folder))).toBeInstanceOf(Error);
});

it.each([
  ['loops', 'for (;;);'],
  ['waits', 'await new Promise(() => undefined);'],
])('gives up a module that %s for ever, and goes on', (_, code) => {
  writeFileSync(join(folder, 'extensions/own/Own.mjs'), code);
  new TestScheduler((actual, expected) => expect(actual).toMatchObject(expected)).run(({ expectObservable }) => {
    const why = { message: expect.stringContaining('it has not loaded within 10 s') };
    expectObservable(loadModule('own', 'Own', folder)).toBe('10s (a|)', { a: why });
  });
});

it('tries one module at a time, so that each has its 10 s', () => {
  for (const name of ['A', 'B']) writeFileSync(join(folder, `extensions/own/${name}.mjs`), 'for (;;);');
  new TestScheduler((actual, expected) => expect(actual).toMatchObject(expected)).run(({ expectObservable }) => {
    const why = { message: expect.stringContaining('it has not loaded within 10 s') };
    const both = merge(loadModule('own', 'A', folder), loadModule('own', 'B', folder));
    expectObservable(both).toBe('10s a 9999ms (a|)', { a: why });
  });
});
