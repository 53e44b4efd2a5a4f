import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startPlatform } from '../peers/platform.js';
import { startDaemon } from './daemon.js';

let folder = '';
let platform: Awaited<ReturnType<typeof startPlatform>>;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'provisioning-'));
  platform = await startPlatform({ provisioning: { key: 'the-key', secret: 'the-secret' } });
  const thingsboard = {
    host: '127.0.0.1',
    port: platform.port,
    provisioning: { provisionDeviceKey: 'the-key', deviceName: 'Gate 1' },
  };
  writeFileSync(join(folder, 'tb_gateway.json'), JSON.stringify({ thingsboard, storage: { type: 'file' } }));
});
afterEach(async () => {
  await platform.close();
  rmSync(folder, { recursive: true });
});

const start = (secret: string) =>
  startDaemon(folder, { args: ['--log-level', 'debug'], env: { TB_GW_PROVISIONING_DEVICE_SECRET: secret } });

test('the daemon gets its credentials once, and uses them at every later start', async () => {
  const first = start('the-secret');
  await first.phase('thingsboard', 'connected');
  expect(await first.terminate()).toEqual({ code: 0, signal: null });
  const path = join(folder, '.credentials');
  const { credentialsValue: token } = JSON.parse(readFileSync(path, 'utf8')) as { credentialsValue: string };
  expect(statSync(path).mode & 0o777).toBe(0o600);

  const connections = platform.connections();
  const second = start('the-secret');
  await second.phase('thingsboard', 'connected');
  await second.kill();
  expect(platform.connections()).toBe(connections + 1);
  for (const secret of ['the-key', 'the-secret', token]) expect(first.output() + second.output()).not.toContain(secret);
  expect(platform.violations).toEqual([]);
}, 30_000);

test('a secret that the platform does not know ends it, with the code that keeps a supervisor from starting it again', async () => {
  const daemon = start('a-wrong-secret');
  expect(await daemon.exit).toEqual({ code: 2, signal: null });
  expect(daemon.output()).toContain('no device profile of the platform has this provisionDeviceKey');
  expect(daemon.output()).not.toMatch(/the-key|a-wrong-secret/);
}, 30_000);
