import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { ledger } from '../peers/platform/ledger.js';
import { startPlatform } from '../peers/platform.js';
import { until } from '../until.js';
import type { Daemon } from './daemon.js';
import { startDaemon } from './daemon.js';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** A platform, and a folder whose gateway has the REST connector alone. */
const stage = async (rest: object) => {
  const folder = mkdtempSync(join(tmpdir(), 'rest-'));
  closing.push(() => rmSync(folder, { recursive: true, force: true }));
  const book = ledger();
  const platform = await startPlatform({ accept: { accessToken: 'TOKEN' }, onPoints: book.add });
  closing.push(platform.close);
  const limits = ['rateLimits', 'dpRateLimits', 'messagesRateLimits', 'deviceRateLimits', 'deviceMessagesRateLimits'];
  const thingsboard = {
    host: '127.0.0.1',
    port: platform.port,
    security: { accessToken: 'TOKEN' },
    ...Object.fromEntries(limits.map((name) => [name, '0:0'])),
  };
  const storage = { type: 'file', data_folder_path: './data' };
  const connectors = [{ name: 'REST', type: 'rest', configuration: 'rest.json' }];
  writeFileSync(join(folder, 'tb_gateway.json'), JSON.stringify({ thingsboard, storage, connectors }));
  writeFileSync(join(folder, 'rest.json'), JSON.stringify(rest));
  /** Starts the program, and says where it listens. */
  const start = async (): Promise<{ readonly daemon: Daemon; readonly url: string }> => {
    const daemon = startDaemon(folder);
    closing.push(daemon.kill);
    await daemon.phase('REST', 'connected');
    const port = (): string | undefined => /listening.*127\.0\.0\.1:(\d+)/.exec(daemon.output())?.[1];
    await daemon.until(() => port() !== undefined, 10_000, 'a port');
    return { daemon, url: `http://127.0.0.1:${port()!}` };
  };
  return { folder, platform, book, start };
};

const post = (url: string, body: unknown): Promise<Response> =>
  fetch(url, { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json' } });

test('the incumbent’s sample runs as it stands, but for its ports', async () => {
  const got: { readonly method: string; readonly url: string; readonly body: string }[] = [];
  const device = createServer((request, response) => {
    let body = '';
    request.on('data', (part: Buffer) => (body += part.toString()));
    request.on('end', () => {
      got.push({ method: request.method!, url: request.url!, body });
      response.end(JSON.stringify({ echoed: body }));
    });
  });
  await new Promise<void>((done) => device.listen(0, '127.0.0.1', done));
  closing.push(() => {
    device.close();
    device.closeAllConnections();
  });
  const sample = readFileSync(
    join(import.meta.dirname, '../fixtures/compat/thingsboard_gateway/config/rest.json'),
    'utf8',
  )
    .replaceAll('127.0.0.1:5001', `127.0.0.1:${(device.address() as AddressInfo).port}`)
    .replace('"port": "5000"', '"port": "0"');
  const { platform, start } = await stage(JSON.parse(sample) as object);
  const { daemon, url } = await start();

  const said = {
    sensorName: 'SN-1',
    sensorType: 'thermo',
    sensorModel: 'T',
    certificateNumber: 'C',
    temp: 21.5,
    hum: 60,
  };
  expect((await post(`${url}/my_devices`, said)).status).toBe(200);
  expect((await fetch(`${url}/anon1?temp=7`)).status).toBe(200);
  expect((await post(`${url}/anon2`, { text: '00' })).status).toBe(404);
  expect(daemon.output()).toContain('/anon2');
  const latest = (name: string) =>
    Object.fromEntries(
      [...(platform.devices.get(name)?.telemetry ?? [])].map(([key, series]) => [key, [...series.values()].at(-1)]),
    );
  await platform.until(() => Object.keys(latest('SN-1')).length === 2, 20_000, 'SN-1');
  await platform.until(() => Object.keys(latest('Device 2')).length === 1, 20_000, 'Device 2');
  expect(latest('SN-1')).toEqual({ temperature: 21.5, humidity: 60 });
  expect(latest('Device 2')).toEqual({ temperature: 7 });
  expect(platform.devices.get('SN-1')?.profile).toBe('thermo');

  platform.devices.get('SN-1')!.shared.set('fw', '1.2');
  const asked = await post(`${url}/sharedAttributes`, { deviceName: 'SN-1', attribute: 'fw', attribute1: 'absent' });
  expect([asked.status, await asked.json()]).toEqual([200, { fw: '1.2' }]);

  platform.push('v1/gateway/attributes', JSON.stringify({ device: 'SN-1', data: { fw: '1.3' } }));
  await platform.until(() => got.length === 1, 20_000, 'the update');
  expect(got[0]).toMatchObject({ method: 'POST', url: '/', body: '{"deviceName":"SN-1","fw":"1.3"}' });

  platform.push('v1/gateway/rpc', JSON.stringify({ device: 'SN-1', data: { id: 1, method: 'echo', params: 5 } }));
  const replies = () => platform.devices.get('SN-1')?.rpcReplies ?? [];
  await platform.until(() => replies().length === 1, 20_000, `the reply; the daemon said: ${daemon.output()}`);
  expect(replies()).toMatchObject([{ id: 1, data: { result: { echoed: '5' } } }]);
  expect(platform.violations).toEqual([]);
  expect(await daemon.terminate()).toEqual({ code: 0, signal: null });
}, 60_000);

test('kill -9 loses nothing that was answered 200', async () => {
  const { platform, book, start } = await stage({
    server: { host: '127.0.0.1', port: 0 },
    mapping: [
      {
        endpoint: '/d/{device}',
        HTTPMethods: ['POST'],
        converter: {
          type: 'json',
          deviceInfo: { deviceNameExpression: '${device}' },
          timeseries: [{ key: 'seq', type: 'int', value: '${seq}' }],
        },
      },
    ],
  });
  const answered: { readonly device: string; readonly seq: number }[] = [];
  let seq = 0;
  /** Sends until the server has gone. */
  const load = async (url: string, device: string): Promise<void> => {
    for (;;) {
      seq += 1;
      const one = { device, seq };
      try {
        const response = await post(`${url}/d/${device}`, { seq });
        await response.arrayBuffer();
        if (response.status === 200) answered.push(one);
      } catch {
        return;
      }
    }
  };
  for (const run of [0, 1, 2]) {
    if (run % 2 === 0) await platform.goAway();
    else await platform.comeBack();
    const { daemon, url } = await start();
    const before = answered.length;
    const loads = Array.from({ length: 10 }, (_each, i) => load(url, `D${i}`));
    const enough = before + 200 + run * 150;
    await until(() => answered.length > enough);
    await daemon.kill();
    await Promise.all(loads);
    expect(answered.length).toBeGreaterThan(enough);
  }
  await platform.comeBack();
  await start();
  const missing = () => answered.filter(({ device, seq: n }) => !book.has(device, n));
  await platform.until(() => missing().length === 0, 30_000, 'all that was answered 200');
  expect(platform.violations).toEqual([]);
}, 120_000);
