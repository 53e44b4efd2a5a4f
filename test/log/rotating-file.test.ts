import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { rotatingFile } from '../../src/log/rotating-file.js';
import type { FilePlan } from '../../src/log/rotating-file.js';
import { peer } from '../peers/require-peer.js';

const HOUR = 3_600_000;
const START = Date.UTC(2026, 0, 2, 3, 4, 5);

let folder = '';
let failures: string[] = [];
let now = START;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rotating-'));
  failures = [];
  now = START;
});
afterEach(() => rmSync(folder, { recursive: true }));

const writer = (plan: Partial<FilePlan> = {}) =>
  rotatingFile(
    { path: join(folder, 'logs', 'a.log'), maxBytes: Infinity, backups: 7, ...plan },
    (text) => failures.push(text),
    () => now,
  );
const names = (): readonly string[] => readdirSync(join(folder, 'logs')).sort();
const contents = (): readonly string[] => names().map((name) => readFileSync(join(folder, 'logs', name), 'utf8'));

test('a line is in the file when the call returns; the folder is made with the first', () => {
  const write = writer();
  expect(existsSync(join(folder, 'logs'))).toBe(false);
  write('one');
  write('zwei ü');
  expect(contents()).toEqual(['one\nzwei ü\n']);
});

test('what an earlier run wrote is kept', () => {
  writer()('one');
  writer()('two');
  expect(contents()).toEqual(['one\ntwo\n']);
});

describe('by size', () => {
  test('a line that would make the file too large goes into a new one, and the newest old ones are kept', () => {
    const write = writer({ maxBytes: 8, backups: 2 });
    for (const line of ['aaa', 'bbb', 'ccc', 'ddd', 'eee', 'fff', 'ggg']) {
      write(line);
      now += 1_000;
    }
    expect(names()).toEqual(['a.log', 'a.log.2026-01-02T03-04-09-000Z', 'a.log.2026-01-02T03-04-11-000Z']);
    expect(contents()).toEqual(['ggg\n', 'ccc\nddd\n', 'eee\nfff\n']);
  });

  test('a line that is too large by itself is written all the same, and makes no empty file', () => {
    const write = writer({ maxBytes: 4 });
    write('much too long');
    write('x');
    expect(contents()).toEqual(['x\n', 'much too long\n']);
  });

  test('what an earlier run wrote counts', () => {
    writer({ maxBytes: 8 })('aaaa');
    writer({ maxBytes: 8 })('bbbb');
    expect(contents()).toEqual(['bbbb\n', 'aaaa\n']);
  });

  test('several files in one millisecond keep their order', () => {
    const write = writer({ maxBytes: 1, backups: 3 });
    for (let i = 0; i < 15; i += 1) write(String(i));
    expect(contents()).toEqual(['14\n', '11\n', '12\n', '13\n']);
  });
});

describe('by time', () => {
  test('a new file each period, counted from the epoch', () => {
    const write = writer({ periodMs: HOUR });
    write('03:04');
    now += 55 * 60_000;
    write('03:59');
    now += 60_000;
    write('04:00');
    expect(contents()).toEqual(['04:00\n', '03:04\n03:59\n']);
  });

  test('a restart changes nothing', () => {
    writer({ periodMs: HOUR })('old');
    utimesSync(join(folder, 'logs', 'a.log'), new Date(START), new Date(START));
    now += 1_000;
    writer({ periodMs: HOUR })('same hour');
    expect(names()).toEqual(['a.log']);
    utimesSync(join(folder, 'logs', 'a.log'), new Date(START), new Date(START));
    now += HOUR;
    writer({ periodMs: HOUR })('next hour');
    expect(contents()).toEqual(['next hour\n', 'old\nsame hour\n']);
  });
});

test('other files are left alone', () => {
  mkdirSync(join(folder, 'logs'));
  for (const name of ['a.log.gz', 'a.log.2026-01-01', 'b.log.2026-01-02T03-04-09-000Z'])
    writeFileSync(join(folder, 'logs', name), '');
  const write = writer({ maxBytes: 1, backups: 1 });
  for (let i = 0; i < 5; i += 1) write('x');
  expect(names()).toEqual(expect.arrayContaining(['a.log.gz', 'a.log.2026-01-01', 'b.log.2026-01-02T03-04-09-000Z']));
  expect(names()).toHaveLength(5);
});

const mount = (folder: string, options: string): boolean =>
  spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder]).status === 0;
const mountable = ((): boolean => {
  const disk = mkdtempSync(join(tmpdir(), 'rotating-disk-'));
  const mounted = mount(disk, 'size=64k');
  if (mounted) spawnSync('umount', ['-l', disk]);
  rmSync(disk, { recursive: true });
  return mounted;
})();

peer('permission to mount a tmpfs', mountable)('on a full disk', () => {
  test('the beginning of a line that did not fit spoils no other line', () => {
    const disk = join(folder, 'logs');
    mkdirSync(disk);
    expect(mount(disk, 'size=64k')).toBe(true);
    try {
      const write = writer();
      const line = 'x'.repeat(999);
      while (failures.length === 0) write(line);
      expect(failures[0]).toContain('ENOSPC');
      expect(mount(disk, 'remount,size=128k')).toBe(true);
      now += 60_000;
      write('there again');
      expect(contents()[0]!.split('\n').slice(-2)).toEqual(['there again', '']);
      expect(failures).toHaveLength(1);
    } finally {
      spawnSync('umount', ['-l', disk]);
    }
  });
});

test('a file that cannot be written is said once a minute and tried again', () => {
  writeFileSync(join(folder, 'logs'), 'in the way');
  const write = writer();
  write('lost');
  write('lost too');
  expect(failures).toHaveLength(1);
  expect(failures[0]).toContain('a.log cannot be written: ');
  rmSync(join(folder, 'logs'));
  now += 60_000;
  write('there');
  expect(contents()).toEqual(['there\n']);
  expect(failures).toHaveLength(1);
});
