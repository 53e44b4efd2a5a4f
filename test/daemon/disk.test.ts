import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, openSync, readdirSync, rmdirSync, statSync, writeSync, closeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { balance } from '../../src/operators/tally.js';
import { haveMosquitto } from '../peers/mosquitto.js';
import { peer } from '../peers/require-peer.js';
import { staged } from './staged.js';

const mount = (folder: string): boolean =>
  spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=3m', 'tmpfs', folder]).status === 0;
const unmount = (folder: string): void => void execFileSync('umount', [folder]);

/** Whether this user may mount a file system, found out by doing it. */
const mayMount = (): boolean => {
  const folder = mkdtempSync(join(tmpdir(), 'mount-'));
  const mounted = mount(folder);
  if (mounted) unmount(folder);
  rmdirSync(folder);
  return mounted;
};

peer('mosquitto', haveMosquitto())('a disk', () => {
  peer('a small disk (a tmpfs, which root may mount)', mayMount())('that is full', () => {
    const stage = staged();

    test('loses nothing: what was acknowledged arrives, then what had to wait at the broker', async () => {
      const { data, tap, platform, book, missing, beforeRemoval, ...on } = await stage();
      mkdirSync(data);
      expect(mount(data)).toBe(true);
      beforeRemoval(() => unmount(data));
      await platform.goAway();
      const filler = 'x'.repeat(1_000);
      const devices = await on.devices({ payload: (seq) => JSON.stringify({ seq, filler }) });
      const daemon = on.start();
      const messages = 6_000;
      await devices.burst(messages);
      await daemon.alert('STORAGE_FULL');
      const safe = tap.acknowledged.slice();
      expect(safe.length).toBeGreaterThan(100);
      expect(safe.length).toBeLessThan(messages / 2);

      await platform.comeBack();
      await platform.until(() => missing(safe).length === 0, 30_000, 'what was acknowledged');
      await on.arrived(messages, 60_000);
      expect(missing()).toEqual([]);
      expect(book.report()).toMatchObject({ outOfOrder: 0, missing: 0 });
      const sums = await daemon.sums(({ queued }) => queued === 0);
      expect(sums).toMatchObject({ received: messages, delivered: messages, dropped: {} });
      expect(daemon.ended()).toBeUndefined();
      expect((await daemon.terminate()).code).toBe(0);
    }, 120_000);
  });

  const stage = staged();

  test.each([
    ['where no folder can be made', '/proc/x/data'],
    ['where a file is in the way', '/dev/null/data'],
  ])('%s ends the gateway at once, and the message says the folder and the cause', async (_, data_folder_path) => {
    const on = await stage({ storage: { data_folder_path } });
    const daemon = on.start();
    const late = setTimeout(() => void daemon.kill(), 10_000);
    expect(await daemon.exit).toEqual({ code: 1, signal: null });
    clearTimeout(late);
    expect(daemon.output()).toMatch(new RegExp(`ERROR.*${data_folder_path} cannot be written: E.*STORAGE_FAILED`));
  });

  test('that has damaged the file: it is set aside, what is readable arrives, and new messages flow', async () => {
    const { data, platform, book, tap, ...on } = await stage();
    await platform.goAway();
    const devices = await on.devices({ payload: (seq) => JSON.stringify({ seq, filler: 'y'.repeat(100) }) });
    const first = on.start();
    await devices.burst(3_000);
    await tap.until(() => tap.counts.acknowledged === 3_000);
    expect((await first.terminate()).code).toBe(0);

    const file = join(data, 'tributary.db');
    const middle = Math.floor(statSync(file).size / 2);
    const handle = openSync(file, 'r+');
    writeSync(handle, Buffer.alloc(16_384, 0xa5), 0, 16_384, middle - (middle % 4_096));
    closeSync(handle);

    await platform.comeBack();
    const second = on.start();
    await second.alert('STORAGE_DAMAGED');
    expect(second.output()).toMatch(/ERROR \[storage\].*set aside/);
    expect(readdirSync(data).filter((name) => /^tributary\.damaged-.*\.db$/.test(name))).toHaveLength(1);
    const drained = await second.sums(({ queued, delivered }) => queued === 0 && delivered > 0);
    const salvaged = drained.delivered;
    expect(drained).toMatchObject({ received: 3_000, dropped: { damaged: 3_000 - salvaged } });
    expect(balance(drained)).toBe(0);
    expect(second.counted('dropped.damaged')).toBe(3_000 - salvaged);
    expect(salvaged).toBeGreaterThan(2_000);
    expect(salvaged).toBeLessThan(3_000);
    expect(second.output()).toContain(`salvaged ${salvaged} messages from a damaged file, lost ${3_000 - salvaged}`);
    expect(book.report()).toMatchObject({ unique: salvaged, outOfOrder: 0, duplicates: 0 });

    await devices.burst(100);
    await on.arrived(salvaged + 100);
    expect(platform.violations).toEqual([]);
    expect(book.report()).toMatchObject({ outOfOrder: 0, duplicates: 0 });
  }, 60_000);
});
