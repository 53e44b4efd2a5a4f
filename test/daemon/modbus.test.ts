import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { haveLibmodbus, startLibmodbus } from '../peers/modbus-libmodbus.js';
import { startPlatform } from '../peers/platform.js';
import { peer } from '../peers/require-peer.js';
import { startDaemon } from './daemon.js';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const limits = ['rateLimits', 'dpRateLimits', 'messagesRateLimits', 'deviceRateLimits', 'deviceMessagesRateLimits'];

/** A platform, and a gateway that has the Modbus connector alone. */
const started = async (modbus: object) => {
  const folder = mkdtempSync(join(tmpdir(), 'modbus-'));
  closing.push(() => rmSync(folder, { recursive: true, force: true }));
  const platform = await startPlatform({ accept: { accessToken: 'TOKEN' } });
  closing.push(platform.close);
  const thingsboard = {
    host: '127.0.0.1',
    port: platform.port,
    security: { accessToken: 'TOKEN' },
    ...Object.fromEntries(limits.map((name) => [name, '0:0'])),
  };
  const storage = { type: 'file', data_folder_path: './data' };
  const connectors = [{ name: 'Modbus', type: 'modbus', configuration: 'modbus.json' }];
  writeFileSync(join(folder, 'tb_gateway.json'), JSON.stringify({ thingsboard, storage, connectors }));
  writeFileSync(join(folder, 'modbus.json'), JSON.stringify(modbus));
  const daemon = startDaemon(folder);
  closing.push(daemon.kill);
  const series = (device: string, key: string): readonly unknown[] => [
    ...(platform.devices.get(device)?.telemetry.get(key)?.values() ?? []),
  ];
  const reads = (device: string, key: string, value: unknown) =>
    platform.until(() => series(device, key).at(-1) === value, 20_000, `${device} ${key} ${String(value)}`);
  let id = 0;
  const call = async (device: string, method: string, params: unknown): Promise<unknown> => {
    id += 1;
    const own = id;
    platform.push('v1/gateway/rpc', JSON.stringify({ device, data: { id: own, method, params } }));
    const reply = () => platform.devices.get(device)?.rpcReplies.find((one) => one.id === own);
    await platform.until(() => reply() !== undefined, 20_000, `the reply to ${method}`);
    return reply()!.data;
  };
  return { platform, daemon, series, reads, call };
};

peer('libmodbus', haveLibmodbus())('with a slave of libmodbus', () => {
  test('a slave is read, written and called, is away and comes back', async () => {
    const slave = await startLibmodbus();
    closing.push(slave.close);
    await slave.set('h', 0, [21]);
    await slave.encode('32uint', 'ABCD', 10, '3000000000');
    const { platform, daemon, reads, call } = await started({
      master: {
        slaves: [
          {
            host: '127.0.0.1',
            port: slave.port,
            method: 'socket',
            unitId: 1,
            deviceName: 'Pump',
            deviceType: 'pump',
            timeout: 0.3,
            retries: 0,
            pollPeriod: 100,
            byteOrder: 'BIG',
            wordOrder: 'BIG',
            timeseries: [
              { tag: 'level', type: '16uint', functionCode: 3, address: 0 },
              { tag: 'energy', type: '32uint', functionCode: 3, address: 10 },
            ],
            attributeUpdates: [{ tag: 'target', type: '16uint', functionCode: 6, address: 20 }],
            rpc: [
              { tag: 'set', type: '16uint', functionCode: 6, address: 21 },
              { tag: 'fill', type: '16uint', functionCode: 16, objectsCount: 1, address: 0 },
            ],
          },
        ],
      },
    });
    await reads('Pump', 'level', 21);
    await reads('Pump', 'energy', 3_000_000_000);
    expect(platform.devices.get('Pump')?.profile).toBe('pump');

    expect(await call('Pump', 'fill', 77)).toEqual({ result: { value: 77 } });
    expect(await slave.get('h', 0, 1)).toEqual([77]);
    await reads('Pump', 'level', 77);
    expect(await call('Pump', 'nothing', null)).toEqual({ result: { error: 'Method not found for nothing' } });

    platform.push('v1/gateway/attributes', JSON.stringify({ device: 'Pump', data: { target: 55 } }));
    const written = async (): Promise<void> => {
      for (let left = 200; left > 0; left -= 1) if ((await slave.get('h', 20, 1))[0] === 55) return;
      throw new Error('the attribute was not written');
    };
    await platform.until(() => platform.pushes.length > 0, 10_000, 'the update');
    await written();

    slave.pause();
    await platform.until(() => platform.live()?.open.has('Pump') === false, 20_000, 'Pump is gone');
    slave.resume();
    await slave.set('h', 0, [5]);
    await reads('Pump', 'level', 5);
    expect(platform.violations).toEqual([]);
    expect(await daemon.terminate()).toEqual({ code: 0, signal: null });
  }, 60_000);
});

/** Twenty units on one port, of which some say nothing: every register holds its own address, every bit is off. */
const units = async (dead: (unit: number) => boolean): Promise<number> => {
  const server = createServer((socket) => {
    closing.push(() => socket.destroy());
    socket.on('error', () => undefined);
    socket.on('data', (bytes) => {
      const [unit = 0, count] = [bytes[6], bytes.readUInt16BE(10)];
      if (dead(unit)) return;
      const code = bytes[7]!;
      const length = code < 3 ? Math.ceil(count / 8) : count * 2;
      const answer = Buffer.alloc(9 + length);
      bytes.copy(answer, 0, 0, 4);
      answer.writeUInt16BE(3 + length, 4);
      answer.set([unit, code, length], 6);
      if (code > 2) for (let i = 0; i < count; i += 1) answer.writeUInt16BE(bytes.readUInt16BE(8) + i, 9 + i * 2);
      socket.write(answer);
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  closing.push(() => server.close());
  return (server.address() as AddressInfo).port;
};

test('five dead units of twenty on one connection keep nobody else from being polled, and one that comes back is there at once', async () => {
  const dead = new Set([2, 6, 10, 14, 18]);
  const port = await units((unit) => dead.has(unit));
  const slaves = Array.from({ length: 20 }, (_, i) => ({
    host: '127.0.0.1',
    port,
    method: 'socket',
    unitId: i + 1,
    deviceName: `D${i + 1}`,
    pollPeriod: 200,
    byteOrder: 'BIG',
    timeseries: [{ tag: 'v', type: '16uint', functionCode: 3, address: 7 }],
  }));
  const { platform, series, reads } = await started({ master: { slaves } });
  const alive = slaves.filter(({ unitId }) => !dead.has(unitId)).map(({ deviceName }) => deviceName);
  // The timeout is 30 s: whoever waits for it once is not there in time.
  await platform.until(
    () => alive.every((device) => series(device, 'v').length >= 20),
    25_000,
    'twenty readings of each',
  );
  expect(platform.devices.get('D2')).toBeUndefined();
  dead.delete(2);
  await reads('D2', 'v', 7);
  expect(platform.violations).toEqual([]);
}, 60_000);

test('the incumbent’s sample runs as it stands, but for its ports', async () => {
  const port = await units(() => false);
  const sample = readFileSync(
    join(import.meta.dirname, '../fixtures/compat/thingsboard_gateway/config/modbus.json'),
    'utf8',
  );
  const changed = sample.replaceAll('5021', String(port));
  expect(changed).not.toBe(sample);
  const { platform, reads } = await started(JSON.parse(changed) as object);
  await reads('Demo Device', 'humidity', 0.1);
  expect(platform.violations).toEqual([]);
}, 60_000);

test('the local slave serves, and its values are a device’s data', async () => {
  const free = await units(() => true);
  await closing.pop()!();
  const holding_registers = {
    timeseries: [{ tag: 'speed', type: '16uint', address: 3, objectsCount: 1, value: 1500 }],
    rpc: [{ tag: 'setSpeed', type: '16uint', functionCode: 6, address: 3, objectsCount: 1 }],
  };
  const { reads, call, platform } = await started({
    slave: {
      type: 'tcp',
      host: '127.0.0.1',
      port: free,
      method: 'socket',
      unitId: 1,
      deviceName: 'Local',
      pollPeriod: 100,
      byteOrder: 'BIG',
      sendDataToThingsBoard: true,
      values: { holding_registers },
    },
  });
  await reads('Local', 'speed', 1500);
  expect(await call('Local', 'setSpeed', 900)).toEqual({ result: { value: 900 } });
  await reads('Local', 'speed', 900);
  expect(platform.violations).toEqual([]);
}, 60_000);
