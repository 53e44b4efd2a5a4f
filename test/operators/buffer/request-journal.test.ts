import { appendFileSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { requestJournal } from '../../../src/operators/buffer/request-journal.js';
import { silent } from './rig.js';
import { folderFor } from './with-store.js';

const HOUR = 3_600_000;
const inFolder = (use: (folder: string, file: string) => void): Promise<void> =>
  folderFor((folder) => {
    use(folder, join(folder, 'requests.journal'));
    return Promise.resolve();
  });

test('a request that was begun and not ended is known after a restart, for a day', () =>
  inFolder((folder, file) => {
    const open = (now: number) => requestJournal({ folder, log: silent, now: () => now });
    const first = open(0);
    for (const key of ['a', 'b', 'c']) first.begin(key);
    first.end('b');
    expect(['a', 'b', 'c'].map(open(HOUR).isBegun)).toEqual([true, false, true]);
    expect(readFileSync(file, 'utf8')).toBe('+a 0\n+c 0\n');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const later = open(2 * HOUR);
    later.end('a');
    later.begin('d');
    expect(['a', 'c', 'd'].map(open(25 * HOUR).isBegun)).toEqual([false, false, true]);
  }));

test('a line that a kill has cut off, or that is none, costs no other', () =>
  inFolder((folder, file) => {
    writeFileSync(file, 'nonsense\n+a 5\n\u0000\n-');
    appendFileSync(file, '+b 6\n+c');
    const it = requestJournal({ folder, log: silent, now: () => 7 });
    expect(['a', 'b', 'c'].map(it.isBegun)).toEqual([true, false, false]);
  }));

test('a request of this run is no earlier one, and an earlier one is ended for good', () =>
  inFolder((folder, file) => {
    writeFileSync(file, '+a 5\n');
    const it = requestJournal({ folder, log: silent, now: () => 6 });
    it.begin('b');
    expect(['a', 'b'].map(it.isBegun)).toEqual([true, false]);
    it.end('a');
    expect(it.isBegun('a')).toBe(false);
  }));

test('memory and file are bounded', () =>
  inFolder((folder, file) => {
    const it = requestJournal({ folder, log: silent, now: () => 1, most: 3 });
    for (let i = 0; i < 1_000; i += 1) {
      it.begin(`k${i}`);
      if (i % 2 === 0) it.end(`k${i}`);
    }
    const { isBegun } = requestJournal({ folder, log: silent, now: () => 1, most: 3 });
    expect([991, 993, 995, 997, 999].map((i) => isBegun(`k${i}`))).toEqual([false, false, true, true, true]);
    expect(readFileSync(file, 'utf8').split('\n').length).toBeLessThanOrEqual(31);
  }));

test('where nothing can be written it is said once, and requests go on', () =>
  inFolder((folder) => {
    const said: string[] = [];
    const log = { ...silent, warn: (text: string) => void said.push(text) };
    const it = requestJournal({ folder: join(folder, 'absent'), log, now: () => 1 });
    it.begin('a');
    it.begin('b');
    it.end('b');
    expect([it.isBegun('a'), said.length]).toEqual([false, 1]);
  }));
