import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startMosquitto } from '../peers/mosquitto.js';
import { ledger } from '../peers/platform/ledger.js';
import { startPlatform } from '../peers/platform.js';
import { plainClient } from '../peers/plain-client.js';
import type { Tapped } from '../peers/tap.js';
import { startTap } from '../peers/tap.js';
import type { Daemon, DaemonOptions } from './daemon.js';
import { startDaemon } from './daemon.js';
import type { DevicesOptions } from './devices.js';
import { startDevices } from './devices.js';

export interface StageOptions {
  /** MQTT between the gateway and the device broker: 4 is 3.1.1. Default 5. */
  readonly version?: 4 | 5;
  /** Members of `storage` beside its type and folder. */
  readonly storage?: Readonly<Record<string, unknown>>;
  /** Members of `thingsboard` beside address and credentials. */
  readonly thingsboard?: Readonly<Record<string, unknown>>;
  /** Members of the connector's `broker` beside address, session and credentials. */
  readonly broker?: Readonly<Record<string, unknown>>;
  /** Members of the connector's file beside broker and mapping. */
  readonly connector?: Readonly<Record<string, unknown>>;
  /** Members of the main file beside its sections. */
  readonly main?: Readonly<Record<string, unknown>>;
  readonly token?: string;
  /** The gateway's login at the device broker; absent: anonymous. */
  readonly login?: { readonly username: string; readonly password: string };
}

const unlimited = Object.fromEntries(
  ['rate', 'dpRate', 'messagesRate', 'deviceRate', 'deviceDpRate', 'deviceMessagesRate'].map((of) => [
    `${of}Limits`,
    '0:0',
  ]),
);

const CLIENT = 'gateway-under-test';
const filters = ['sensor/+/data', 'named'];

const deviceInfo = (source: string, expression: string) => ({
  deviceNameExpressionSource: source,
  deviceNameExpression: expression,
  deviceProfileExpressionSource: 'constant',
  deviceProfileExpression: 'Thermometer',
});

const mapping = [
  {
    topicFilter: 'sensor/+/data',
    converter: { type: 'json', deviceInfo: deviceInfo('topic', '(?<=sensor/)(.*?)(?=/data)'), timeseries: '*' },
  },
  {
    topicFilter: 'named',
    converter: {
      type: 'json',
      deviceInfo: deviceInfo('message', '${name}'),
      timeseries: [{ key: 'value', value: '${value}' }],
    },
  },
];

/** What keeps the gateway's session at the device broker. */
const kept = (version: 4 | 5) =>
  version === 5 ? { cleanStart: false, sessionExpiryInterval: 3600 } : { cleanSession: false };

/**
 * A real device broker, a tap on the wire before it, a platform endpoint, and a configuration between them in a folder of its own; daemons are
 * started on it one after the other. The gateway's session exists at the broker from the beginning, so that what devices
 * publish before the first start waits there. `close` ends everything that was started and removes the folder.
 */
export const startStage = async ({
  version = 5,
  storage = {},
  thingsboard = {},
  broker: brokerKeys = {},
  connector = {},
  main = {},
  token,
  login,
}: StageOptions = {}) => {
  const folder = mkdtempSync(join(tmpdir(), 'daemon-'));
  const data = join(folder, 'data');
  const closing: (() => unknown)[] = [() => rmSync(folder, { recursive: true, force: true })];
  const opened = <T extends { readonly close: () => unknown }>(it: T): T => {
    closing.unshift(it.close);
    return it;
  };
  const accessToken = token ?? 'TOKEN';
  const broker = opened(
    await startMosquitto(login === undefined ? {} : { users: { [login.username]: login.password } }),
  );
  const tap = opened(await startTap({ port: broker.port }));
  const book = ledger();
  const platform = opened(
    await startPlatform({
      accept: { accessToken },
      provisioning: { key: 'the-key', secret: 'the-secret' },
      onPoints: book.add,
    }),
  );

  writeFileSync(
    join(folder, 'tb_gateway.json'),
    JSON.stringify({
      ...main,
      thingsboard: {
        host: '127.0.0.1',
        port: platform.port,
        security: { type: 'accessToken', accessToken },
        statistics: { enable: false },
        ...unlimited,
        ...thingsboard,
      },
      storage: { type: 'file', data_folder_path: data, ...storage },
      connectors: [{ name: 'Devices', type: 'mqtt', configuration: 'mqtt.json' }],
    }),
  );
  writeFileSync(
    join(folder, 'mqtt.json'),
    JSON.stringify({
      broker: {
        host: '127.0.0.1',
        port: tap.port,
        clientId: CLIENT,
        version,
        ...kept(version),
        security: login === undefined ? { type: 'anonymous' } : { type: 'basic', ...login },
        ...brokerKeys,
      },
      mapping,
      ...connector,
    }),
  );

  const session = await plainClient(broker.port, {
    clientId: CLIENT,
    protocolVersion: version,
    clean: false,
    ...(version === 5 ? { properties: { sessionExpiryInterval: 3600 } } : {}),
    ...(login ?? { username: 'anybody' }),
  });
  for (const filter of filters) await session.client.subscribeAsync(filter, { qos: 1 });
  await session.client.endAsync();

  let latest: Daemon | undefined;
  /** Those that the broker was told are safe and the platform has not. */
  const missing = (of: readonly Tapped[] = tap.acknowledged) =>
    of
      .map(({ topic, payload }) => ({ device: topic.split('/')[1]!, seq: Number(/"seq":(\d+)/.exec(payload)?.[1]) }))
      .filter(({ device, seq }) => !book.has(device, seq));
  /** Waits until the platform has so many different numbered messages. */
  const arrived = async (messages: number, deadlineMs = 30_000): Promise<void> => {
    const all = (): boolean => book.report().unique >= messages;
    await platform.until(all, deadlineMs, `${messages} different messages`).catch((error: unknown) => {
      const came = `${book.report().unique} came, ${missing().length} that were acknowledged did not`;
      throw new Error(`${came}: ${String(error)}; the daemon said: ${latest?.output().slice(-2_000) ?? 'nothing'}`);
    });
  };

  return {
    folder,
    data,
    broker,
    tap,
    platform,
    book,
    start: (options?: DaemonOptions): Daemon => {
      const daemon = startDaemon(folder, options);
      closing.unshift(daemon.kill);
      latest = daemon;
      return daemon;
    },
    devices: async (options: Omit<DevicesOptions, 'port' | 'login'> = {}) =>
      opened(await startDevices({ port: broker.port, ...options, ...(login === undefined ? {} : { login }) })),
    arrived,
    missing,
    /** Done at the end, when all processes are gone and before the folder goes. */
    beforeRemoval: (undo: () => unknown): void => void closing.splice(-1, 0, undo),
    close: async (): Promise<void> => {
      const failures: unknown[] = [];
      for (const close of closing)
        try {
          await close();
        } catch (error) {
          failures.push(error);
        }
      if (failures.length > 0) throw new AggregateError(failures, 'the stage did not end cleanly');
    },
  };
};

export type Stage = Awaited<ReturnType<typeof startStage>>;
