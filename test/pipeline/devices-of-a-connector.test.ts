import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Subject, lastValueFrom, merge, tap } from 'rxjs';
import { afterEach, expect, test } from 'vitest';
import { readConfig } from '../../src/config.js';
import { createLog } from '../../src/log.js';
import { envelope } from '../../src/model/envelope.js';
import type { Envelope } from '../../src/model/envelope.js';
import type { Message } from '../../src/model/message.js';
import type { Json } from '../peers/platform/contract.js';
import { gateway } from '../../src/pipeline.js';
import { haveMosquitto, startMosquitto } from '../peers/mosquitto.js';
import { plainClient } from '../peers/plain-client.js';
import { startPlatform } from '../peers/platform.js';
import { peer } from '../peers/require-peer.js';

const ending: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ending.splice(0).reverse()) await end();
});

/** A gateway with one MQTT connector `Plant`, its broker, a device on it, and the platform. */
const staged = async (thingsboard: object) => {
  const folder = mkdtempSync(join(tmpdir(), 'devices-of-'));
  ending.push(() => rmSync(folder, { recursive: true }));
  const broker = await startMosquitto();
  ending.push(() => broker.close());
  const platform = await startPlatform();
  ending.push(() => platform.close());
  const devices = await plainClient(broker.port, { protocolVersion: 4 });
  ending.push(() => devices.close());
  const write = (name: string, content: object): void => writeFileSync(join(folder, name), JSON.stringify(content));
  const configure = (more: object): void =>
    write('tb_gateway.json', {
      thingsboard: {
        host: '127.0.0.1',
        port: platform.port,
        security: { accessToken: 'TOKEN' },
        statistics: { enable: false },
        ...more,
      },
      storage: { type: 'sqlite', data_folder_path: join(folder, 'data') },
      connectors: [{ name: 'Plant', type: 'mqtt', configuration: 'mqtt.json' }],
    });
  configure(thingsboard);
  write('mqtt.json', {
    broker: { host: '127.0.0.1', port: broker.port, security: { type: 'anonymous' } },
    maxReconnectAttempts: 0,
    mapping: [
      {
        topicFilter: 'data/+',
        converter: {
          type: 'json',
          deviceInfo: {
            deviceNameExpressionSource: 'topic',
            deviceNameExpression: 'data/(.*)',
            deviceProfileExpressionSource: 'constant',
            deviceProfileExpression: 'p',
          },
          timeseries: [{ type: 'raw', key: 'v', value: '${v}' }],
        },
      },
    ],
  });
  const start = async () => {
    const stop = new Subject<void>();
    const from = new Subject<Envelope<Message>>();
    let connected = (): void => undefined;
    const isConnected = new Promise<void>((resolve) => (connected = resolve));
    const ended = lastValueFrom(
      gateway(readConfig(folder, {}).config, {
        log: createLog({ level: 'none' }),
        folder,
        until: stop,
        through: (source) => merge(source, from),
      }).pipe(
        tap((fact) => {
          if (fact.kind === 'state' && fact.who === 'Plant' && fact.phase === 'connected') connected();
        }),
      ),
    );
    const end = async (): Promise<void> => {
      from.complete();
      stop.next();
      await ended;
    };
    ending.push(end);
    await isConnected;
    await platform.until(() => platform.live() !== undefined, 10_000, 'the platform');
    let id = 0;
    return {
      end,
      send: (message: Message): void =>
        from.next(
          envelope(
            message,
            () => undefined,
            () => undefined,
          ),
        ),
      /** What the gateway itself answers. */
      ask: async (method: string, params: Json = null): Promise<unknown> => {
        const mine = (id += 1);
        platform.push(`v1/devices/me/rpc/request/${mine}`, { method, params });
        const answer = () => platform.own.rpcReplies[0];
        await platform.until(() => answer() !== undefined, 10_000, `an answer to ${method}`);
        const found = answer()!.data;
        platform.own.rpcReplies.length = 0;
        return found;
      },
    };
  };
  return {
    broker,
    platform,
    write,
    configure,
    start,
    publish: (device: string, v: number) =>
      devices.client.publishAsync(`data/${device}`, JSON.stringify({ v }), { qos: 1 }),
    isOpen: (device: string): boolean => platform.live()?.open.has(device) === true,
    points: (device: string): number => platform.devices.get(device)?.counts.points ?? 0,
  };
};

peer('mosquitto', haveMosquitto())('with a broker', () => {
  test('a device that the filter keeps out is none of the gateway, whatever an earlier run knew', async () => {
    const on = await staged({ deviceFiltering: { enable: true } });
    on.write('list.json', { deny: { Plant: ['evil'] } });
    const first = await on.start();
    for (const device of ['evil', 'good', 'other']) await on.publish(device, 1);
    await on.platform.until(() => on.isOpen('good') && on.isOpen('other'), 10_000, 'the others');
    expect(await first.ask('gateway_devices')).toEqual({ code: 200, resp: { good: 'Plant', other: 'Plant' } });
    await first.end();

    on.write('list.json', { deny: { Plant: ['evil', 'other'] } });
    const second = await on.start();
    await on.platform.until(() => on.isOpen('good'), 10_000, 'the device of the earlier run');
    expect(await second.ask('gateway_devices')).toEqual({ code: 200, resp: { good: 'Plant' } });
    expect(on.isOpen('other')).toBe(false);
  }, 60_000);

  test('a device that was deleted on the platform is not known to the next run', async () => {
    const on = await staged({});
    const first = await on.start();
    for (const device of ['gone', 'good']) await on.publish(device, 1);
    await on.platform.until(() => on.isOpen('good') && on.isOpen('gone'), 10_000, 'the devices');
    await first.ask('gateway_device_deleted', 'gone');
    await on.platform.until(() => !on.isOpen('gone'), 10_000, 'its leaving');
    await first.end();
    const second = await on.start();
    await on.platform.until(() => on.isOpen('good'), 10_000, 'the device of the earlier run');
    expect(await second.ask('gateway_devices')).toEqual({ code: 200, resp: { good: 'Plant' } });
  }, 60_000);

  test('with renaming switched off devices have their own names, whatever an earlier run was told', async () => {
    const on = await staged({});
    const first = await on.start();
    await on.publish('a', 1);
    await on.platform.until(() => on.isOpen('a'), 10_000, 'the device');
    await first.ask('gateway_device_renamed', { a: 'b' });
    await on.publish('a', 2);
    await on.platform.until(() => on.points('b') === 1, 10_000, 'the new name');
    await first.end();
    on.configure({ handleDeviceRenaming: false });
    const second = await on.start();
    await on.publish('a', 3);
    await on.platform.until(() => on.points('a') === 2, 10_000, 'the own name');
    await second.ask('gateway_device_renamed', { a: 'c' });
    await on.publish('a', 4);
    await on.platform.until(() => on.points('a') === 3, 10_000, 'the own name still');
    expect(on.points('b')).toBe(1);
  }, 60_000);

  test('a connector that gives up takes its devices along, and what was reported of them is forgotten', async () => {
    const on = await staged({ reportStrategy: { type: 'ON_CHANGE' } });
    const running = await on.start();
    await on.publish('a', 1);
    await on.publish('b', 1);
    await on.platform.until(() => on.isOpen('a') && on.isOpen('b'), 10_000, 'the devices');
    const same = { telemetry: [{ ts: 1, values: { w: 5 } }], attributes: {} };
    const again = () => running.send({ kind: 'data', device: 'a', connector: 'Plant', profile: 'p', ...same });
    again();
    await on.platform.until(() => on.points('a') === 2, 10_000, 'another value');
    await on.broker.close();
    await on.platform.until(() => !on.isOpen('a') && !on.isOpen('b'), 10_000, 'their leaving');
    expect(on.points('a')).toBe(2);
    again();
    await on.platform.until(() => on.points('a') === 3, 10_000, 'the same value again');
  }, 60_000);
});
