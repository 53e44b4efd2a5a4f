import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Closable } from './closing.js';

export interface Ports {
  readonly broker: number;
  readonly platform: number;
}

const unlimited = Object.fromEntries(
  ['', 'dp', 'messages', 'device', 'deviceDp', 'deviceMessages'].map((of) => [
    of === '' ? 'rateLimits' : `${of}RateLimits`,
    '0:0',
  ]),
);

const keys = ['seq', 'sent', 'temperature', 'humidity', 'pressure', 'vibration'];

const main = (storage: 'memory' | 'sqlite', platform: number, folder: string, devicesPerPublish: number) => ({
  thingsboard: {
    host: '127.0.0.1',
    port: platform,
    security: { type: 'accessToken', accessToken: 'TOKEN' },
    maxDevicesPerPublish: devicesPerPublish,
    ...unlimited,
  },
  storage:
    storage === 'memory'
      ? { type: 'memory', max_records: 100_000 }
      : {
          type: 'file',
          data_folder_path: join(folder, 'data'),
          max_records: 20_000_000,
          max_file_size: '1GB',
          max_file_count: 10,
        },
  connectors: [{ name: 'Devices', type: 'mqtt', configuration: 'mqtt.json' }],
});

const connector = (port: number) => ({
  broker: {
    host: '127.0.0.1',
    port,
    clientId: 'gateway',
    version: 5,
    cleanStart: false,
    sessionExpiryInterval: 3600,
    security: { type: 'anonymous' },
  },
  mapping: [
    {
      topicFilter: 'sensor/+/data',
      subscriptionQos: 1,
      converter: {
        type: 'json',
        deviceInfo: {
          deviceNameExpressionSource: 'topic',
          deviceNameExpression: '(?<=sensor/)(.*?)(?=/data)',
          deviceProfileExpressionSource: 'constant',
          deviceProfileExpression: 'Thermometer',
        },
        timeseries: keys.map((key) => ({ key, value: `\${${key}}` })),
      },
    },
  ],
});

export interface FolderOptions {
  /** The folder in which it is made. Default: the system's temporary one. */
  readonly within?: string;
  /** Default 1, as the gateway's own. */
  readonly devicesPerPublish?: number | undefined;
}

export interface GatewayFolder extends Closable {
  readonly path: string;
  /** Where the storage is. */
  readonly data: string;
}

/**
 * Writes a gateway's configuration into a folder of its own, where the data go too: no rate limits, a persistent MQTT 5 session at the
 * device broker, every value named in the mapping as an operator does it. `close` removes the folder.
 */
export const gatewayFolder = (
  storage: 'memory' | 'sqlite',
  ports: Ports,
  { within = tmpdir(), devicesPerPublish = 1 }: FolderOptions = {},
): GatewayFolder => {
  const path = mkdtempSync(join(within, 'bench-'));
  writeFileSync(join(path, 'tb_gateway.json'), JSON.stringify(main(storage, ports.platform, path, devicesPerPublish)));
  writeFileSync(join(path, 'mqtt.json'), JSON.stringify(connector(ports.broker)));
  return {
    path,
    data: join(path, 'data'),
    close: async () => rmSync(path, { recursive: true, force: true }),
  };
};
