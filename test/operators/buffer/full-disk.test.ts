import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Refused } from '../../../src/model/errors.js';
import { messageIn } from '../../../src/operators/buffer/message-in.js';
import { deadLetterFile } from '../../../src/operators/buffer/dead-letters.js';
import { peer } from '../../peers/require-peer.js';
import { nameOf, reading, rig } from './rig.js';
import { folderFor, limits, opened, rowsOf } from './with-store.js';

const mount = (folder: string): boolean =>
  spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', folder]).status === 0;
const unmount = (folder: string): void => void spawnSync('umount', ['-l', folder]);

/** A disk of 2 MB that goes when the test ends. */
const withDisk = (use: (disk: string) => Promise<void>): Promise<void> =>
  folderFor(async (disk) => {
    if (!mount(disk)) throw new Error('the tmpfs cannot be mounted');
    try {
      await use(disk);
    } finally {
      unmount(disk);
    }
  });

const mountable = ((): boolean => {
  const folder = mkdtempSync(join(tmpdir(), 'tributary-disk-'));
  const mounted = mount(folder);
  if (mounted) unmount(folder);
  rmSync(folder, { recursive: true, force: true });
  return mounted;
})();

const until = async (what: string, holds: () => boolean, meanwhile: () => void): Promise<void> => {
  const deadline = Date.now() + 15_000;
  while (!holds()) {
    expect(Date.now(), what).toBeLessThan(deadline);
    meanwhile();
    await new Promise(setImmediate);
  }
};

peer('permission to mount a tmpfs', mountable)('on a full disk', () => {
  test('nothing is acknowledged that is not stored; when rows go the rest gets in, and all is delivered', () =>
    withDisk(async (disk) => {
      const { store, facts, close } = await opened(join(disk, 'data'));
      const it = rig(store, { limits, window: 40 });
      const n = 6_000;
      const names = Array.from({ length: n }, (_, i) => `d${i % 5}:${i + 1}`);
      for (let i = 0; i < n; i += 1) it.send(reading(`d${i % 5}`, i + 1, 'x'.repeat(500)));
      const isFull = (): boolean => it.facts.some((fact) => fact.kind === 'alert' && fact.code === 'STORAGE_FULL');
      await until('the disk is full', isFull, () => it.pass(1));
      const acknowledged = names.filter((name) => it.fate(name) === 'ack');
      const stored = new Set((await rowsOf(store)).map((row) => nameOf(messageIn(row)!)));
      expect(acknowledged.length).toBeGreaterThan(100);
      expect(acknowledged.length).toBeLessThan(n);
      expect(acknowledged.filter((name) => !stored.has(name))).toEqual([]);

      let acked = 0;
      await until(
        'all are delivered',
        () => acked === n,
        () => {
          it.pass(25);
          for (; acked < it.out.length; acked += 1) it.out[acked]!.ack();
        },
      );
      expect(it.names()).toEqual(names);
      expect(names.every((name) => it.fate(name) === 'ack')).toBe(true);
      await until(
        'all are removed',
        () => it.count('delivered') === n,
        () => it.pass(25),
      );
      expect(facts.filter(({ kind }) => kind === 'alert')).toEqual([]);
      it.subscription.unsubscribe();
      await close();
    }));

  test('removals work though something else has taken the last byte, and dead letters wait without harm', () =>
    withDisk(async (disk) => {
      const folder = join(disk, 'second');
      const { store, close } = await opened(folder);
      const letters = join(folder, 'dead-letters.jsonl');
      const it = rig(store, { limits, window: 400, deadLetters: deadLetterFile({ file: letters }) });
      for (let i = 1; i <= 300; i += 1) it.send(reading('a', i, 'x'.repeat(300)));
      await until(
        'all are stored',
        () => it.out.length === 300,
        () => it.pass(1),
      );
      mkdirSync(join(disk, 'other'));
      for (let i = 0; ; i += 1) {
        try {
          writeFileSync(join(disk, 'other', String(i)), Buffer.alloc(i < 40 ? 65_536 : 4_096));
          if (i > 10_000) throw new Error('the disk does not fill');
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code === 'ENOSPC') break;
          throw error;
        }
      }
      it.out[0]!.nack(new Refused('PLATFORM_REFUSED', 'never'));
      for (let i = 1; i < 300; i += 1) it.out[i]!.ack();
      await until(
        'the rows are gone',
        () => it.count('delivered') === 299,
        () => it.pass(100),
      );
      rmSync(join(disk, 'other'), { recursive: true });
      await until(
        'the letter is written',
        () => it.count('dropped.refused') === 1,
        () => it.pass(100),
      );
      expect(statSync(letters).size).toBeGreaterThan(300);
      expect(await rowsOf(store)).toEqual([]);
      it.subscription.unsubscribe();
      await close();
    }));
});
