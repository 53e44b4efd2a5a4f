import { appendFileSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { GatewayError } from '../../../src/model/errors.js';
import { deadLetterFile } from '../../../src/operators/buffer/dead-letters.js';
import type { DeadLetter } from '../../../src/operators/buffer/store.js';
import { reading } from './rig.js';
import { done, folderFor } from './with-store.js';

afterEach(() => {
  vi.restoreAllMocks();
  syncBuiltinESMExports();
});

const letter = (n: number, padding = ''): DeadLetter => ({ at: n, reason: 'never', message: reading('a', n, padding) });
const lettersIn = (file: string): readonly DeadLetter[] =>
  existsSync(file)
    ? readFileSync(file, 'utf8')
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as DeadLetter)
    : [];
const numbersIn = (file: string): readonly number[] =>
  [...lettersIn(`${file}.1`), ...lettersIn(file)].map(({ at }) => at);

test('keeps letters with their reason, in a file for its owner only, and makes the folder', () =>
  folderFor(async (parent) => {
    const file = join(parent, 'data', 'dead-letters.jsonl');
    await done(deadLetterFile({ file })([letter(1), letter(2)]));
    await done(deadLetterFile({ file })([letter(3)]));
    expect(lettersIn(file)).toEqual([letter(1), letter(2), letter(3)]);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(statSync(join(parent, 'data')).mode & 0o777).toBe(0o700);
  }));

test.each(['', 'ü'])('half a letter of a process that was killed does not spoil the next one (%j)', (text) =>
  folderFor(async (folder) => {
    const file = join(folder, 'letters');
    await done(deadLetterFile({ file })([letter(1, text)]));
    appendFileSync(file, '{"at":2,"rea');
    const keep = deadLetterFile({ file });
    await done(keep([letter(2)]));
    await done(keep([letter(3)]));
    expect(lettersIn(file)).toEqual([letter(1, text), letter(2), letter(3)]);
  }),
);

test('does nothing before it is subscribed to', () =>
  folderFor(async (folder) => {
    const file = join(folder, 'letters');
    deadLetterFile({ file })([letter(1)]);
    await new Promise(setImmediate);
    expect(existsSync(file)).toBe(false);
  }));

test('keeps the newest, and no more than its number', () =>
  folderFor(async (folder) => {
    const file = join(folder, 'letters');
    const keep = deadLetterFile({ file, most: 10 });
    for (let n = 1; n <= 33; n += 1) {
      await done(keep([letter(n)]));
      const kept = numbersIn(file);
      expect(kept.length).toBeLessThanOrEqual(10);
      expect(kept.length).toBeGreaterThanOrEqual(Math.min(n, 6));
      expect(kept).toEqual(Array.from({ length: kept.length }, (_, i) => n - kept.length + 1 + i));
    }
  }));

test('keeps the newest of more letters at once than it may hold', () =>
  folderFor(async (folder) => {
    const file = join(folder, 'letters');
    await done(deadLetterFile({ file, most: 10 })(Array.from({ length: 100 }, (_, i) => letter(i + 1))));
    expect(numbersIn(file)).toEqual([96, 97, 98, 99, 100]);
  }));

test('keeps its number over a restart', () =>
  folderFor(async (folder) => {
    const file = join(folder, 'letters');
    for (let n = 1; n <= 20; n += 1) await done(deadLetterFile({ file, most: 4 })([letter(n)]));
    expect(numbersIn(file).length).toBeLessThanOrEqual(4);
    expect(numbersIn(file).at(-1)).toBe(20);
  }));

test('keeps no more than its bytes, a letter aside', () =>
  folderFor(async (folder) => {
    const file = join(folder, 'letters');
    const keep = deadLetterFile({ file, bytes: 10_000 });
    for (let n = 1; n <= 50; n += 1) {
      await done(keep([letter(n, 'x'.repeat(1_000))]));
      const size = [file, `${file}.1`].reduce((sum, name) => sum + (existsSync(name) ? statSync(name).size : 0), 0);
      expect(size).toBeLessThan(13_000);
    }
  }));

test('completes after fsync and not before', () =>
  folderFor(async (folder) => {
    const file = join(folder, 'letters');
    const events: string[] = [];
    const { fsyncSync } = fs;
    vi.spyOn(fs, 'fsyncSync').mockImplementation((handle) => {
      events.push(`fsync with ${lettersIn(file).length} letters`);
      fsyncSync(handle);
    });
    syncBuiltinESMExports();
    await done(deadLetterFile({ file })([letter(1), letter(2)]));
    events.push('complete');
    // Once for the file and, since that is new, once for its folder.
    expect(events).toEqual(['fsync with 2 letters', 'fsync with 2 letters', 'complete']);
  }));

test('says that it cannot write, and works again when it can', () =>
  folderFor(async (folder) => {
    const file = join(folder, 'letters');
    mkdirSync(file);
    const keep = deadLetterFile({ file });
    const failure = done(keep([letter(1)]));
    await expect(failure).rejects.toBeInstanceOf(GatewayError);
    await expect(failure).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
    fs.rmdirSync(file);
    await done(keep([letter(1)]));
    expect(numbersIn(file)).toEqual([1]);
  }));

test('leaves no half letter behind', () =>
  folderFor(async (folder) => {
    const file = join(folder, 'letters');
    const keep = deadLetterFile({ file });
    await done(keep([letter(1)]));
    vi.spyOn(fs, 'appendFile').mockImplementationOnce(((
      name: string,
      text: string,
      _: unknown,
      callback: (error: Error) => void,
    ) => {
      writeFileSync(name, text.slice(0, 10), { flag: 'a' });
      callback(new Error('no room'));
    }) as never);
    syncBuiltinESMExports();
    await expect(done(keep([letter(2)]))).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
    await done(keep([letter(3)]));
    expect(numbersIn(file)).toEqual([1, 3]);
  }));
