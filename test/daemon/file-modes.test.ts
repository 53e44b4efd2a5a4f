import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { haveMosquitto } from '../peers/mosquitto.js';
import { peer } from '../peers/require-peer.js';
import { staged } from './staged.js';

const modeOf = (path: string): string => (statSync(path).mode & 0o777).toString(8);
const modesIn = (folder: string): Readonly<Record<string, string>> =>
  Object.fromEntries(readdirSync(folder).map((name) => [name, modeOf(join(folder, name))]));

peer('mosquitto', haveMosquitto())('what the gateway writes', () => {
  const stage = staged();

  test('is readable by its owner only; of logs the group may read', async () => {
    const on = await stage();
    const { folder, data, platform } = on;
    const logs = join(folder, 'logs', 'gateway.log');
    const handlers = { file: { filename: logs, level: 'DEBUG', maxBytes: 100 } };
    writeFileSync(
      join(folder, 'logs.json'),
      JSON.stringify({ handlers, root: { level: 'DEBUG', handlers: ['file'] } }),
    );
    platform.respond(({ payload }) => (payload.includes('poison') ? { reason: 153 } : undefined));
    const devices = await on.devices({
      count: 1,
      payload: (seq) => JSON.stringify(seq === 3 ? { seq, poison: true } : { seq }),
    });
    const daemon = on.start();
    await devices.burst(10);
    await on.arrived(9);
    platform.push('v1/gateway/rpc', { device: 'device-0', data: { id: 1, method: 'nothing', params: {} } });
    platform.push('v1/devices/me/rpc/request/5', { method: 'gateway_device_renamed', params: { 'device-0': 'other' } });
    await daemon.until(
      () => readdirSync(data).includes('renamed-devices.json') && readdirSync(data).includes('dead-letters.jsonl'),
    );
    expect(modeOf(data)).toBe('700');
    const found = modesIn(data);
    expect(Object.keys(found)).toEqual(
      expect.arrayContaining([
        'dead-letters.jsonl',
        'renamed-devices.json',
        'requests.journal',
        'tributary.db',
        'tributary.db-wal',
        'tributary.reserve',
      ]),
    );
    expect(new Set(Object.values(found))).toEqual(new Set(['600']));
    expect(modeOf(join(folder, 'logs'))).toBe('750');
    const kept = modesIn(join(folder, 'logs'));
    // The one that is written and one that was replaced.
    expect(Object.keys(kept).length).toBeGreaterThan(1);
    expect(new Set(Object.values(kept))).toEqual(new Set(['640']));
    expect((await daemon.terminate()).code).toBe(0);
    expect(new Set(Object.values(modesIn(data)))).toEqual(new Set(['600']));
  }, 60_000);

  test('a folder that is there keeps the mode that it has, and a file that is there is narrowed', async () => {
    const on = await stage();
    mkdirSync(on.data, { mode: 0o755 });
    writeFileSync(join(on.data, 'tributary.db'), '', { mode: 0o644 });
    const daemon = on.start();
    await daemon.phase('thingsboard', 'connected');
    expect(modeOf(on.data)).toBe('755');
    expect(modesIn(on.data)).toMatchObject({ 'tributary.db': '600', 'tributary.db-wal': '600' });
  }, 60_000);
});
