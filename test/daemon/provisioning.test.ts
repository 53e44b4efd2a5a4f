import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
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

test('credentials that are removed at the platform’s request are gone from the disk, and the next start asks for new ones', async () => {
  const daemon = start('the-secret');
  await daemon.phase('thingsboard', 'connected');
  const path = join(folder, '.credentials');
  const before = readFileSync(path, 'utf8');
  const ask = async (id: number): Promise<unknown> => {
    platform.push(`v1/devices/me/rpc/request/${id}`, { method: 'gateway_remove_provisioned_credentials', params: {} });
    const reply = () => platform.own.rpcReplies.find((one) => one.id === id);
    await platform.until(() => reply() !== undefined, 10_000, `answer ${id}`);
    return reply()?.data;
  };
  expect(await ask(1)).toMatchObject({ code: 200 });
  expect(readdirSync(folder).filter((name) => name.startsWith('.credentials'))).toEqual([]);
  expect(await ask(2)).toMatchObject({ code: 404 });
  // The session goes on until it ends of itself.
  expect(daemon.ended()).toBeUndefined();
  expect((await daemon.terminate()).code).toBe(0);

  const main = JSON.parse(readFileSync(join(folder, 'tb_gateway.json'), 'utf8')) as {
    thingsboard: { provisioning: object };
  };
  const provisioning = { ...main.thingsboard.provisioning, deviceName: 'Gate 2' };
  writeFileSync(
    join(folder, 'tb_gateway.json'),
    JSON.stringify({ ...main, thingsboard: { ...main.thingsboard, provisioning } }),
  );
  const again = start('the-secret');
  await again.phase('thingsboard', 'connected');
  expect(readFileSync(path, 'utf8')).not.toBe(before);
  expect((await again.terminate()).code).toBe(0);
}, 40_000);
