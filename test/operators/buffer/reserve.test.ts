import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { reserve } from '../../../src/operators/buffer/reserve.js';
import { folderFor } from './with-store.js';

afterEach(() => {
  vi.restoreAllMocks();
  syncBuiltinESMExports();
});

const SIZE = 200_000;

test('is there from the start, gives its space away once, and takes it again', () =>
  folderFor(async (folder) => {
    const file = join(folder, 'reserve');
    const held = reserve(file, SIZE);
    expect([held.released(), fs.statSync(file).size]).toEqual([false, SIZE]);
    expect([held.release(), held.release(), held.released(), fs.existsSync(file)]).toEqual([true, false, true, false]);
    expect([held.restore(), held.released(), fs.statSync(file).size]).toEqual([true, false, SIZE]);
    await Promise.resolve();
  }));

test('writes nothing to a disk that has no room for all of it, what only root may use aside: it is asked every second', () =>
  folderFor(async (folder) => {
    const { statfsSync } = fs;
    vi.spyOn(fs, 'statfsSync').mockImplementation((path) =>
      Object.assign(statfsSync(path), { bsize: 4_096, bfree: 1_000, bavail: 40 }),
    );
    const written = vi.spyOn(fs, 'writeSync');
    syncBuiltinESMExports();
    const file = join(folder, 'reserve');
    const held = reserve(file, SIZE);
    expect([held.restore(), held.released(), written.mock.calls.length]).toEqual([false, true, 0]);
    expect(reserve(file, 4_096 * 40).released()).toBe(false);
    await Promise.resolve();
  }));
