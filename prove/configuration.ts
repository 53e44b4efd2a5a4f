import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface ConfigurationOptions {
  /** Members of `storage` beside its type and folder. */
  readonly storage?: Readonly<Record<string, unknown>>;
  /** Members of `thingsboard` beside its address. */
  readonly thingsboard?: Readonly<Record<string, unknown>>;
}

interface Ports {
  readonly platform: number;
  readonly broker: number;
}

/** What is unacknowledged to the broker at most, and may come again when a connection is lost. */
export const IN_FLIGHT = 500;
export const CLIENT = 'gateway-in-the-laboratory';
export const FILTER = 'sensor/+/data';
/** How long the gateway waits for a PUBACK of the platform, in seconds. */
export const PATIENCE = 3;

const unlimited = Object.fromEntries(
  ['rate', 'dpRate', 'messagesRate', 'deviceRate', 'deviceDpRate', 'deviceMessagesRate'].map((of) => [
    `${of}Limits`,
    '0:0',
  ]),
);

/** Writes a gateway's configuration into a folder; its data go into `data` there. No rate limits, and a session that the device broker keeps. */
export const writeConfiguration = (
  folder: string,
  { platform, broker }: Ports,
  { storage = {}, thingsboard = {} }: ConfigurationOptions,
): void => {
  const write = (name: string, content: object): void => writeFileSync(join(folder, name), JSON.stringify(content));
  write('tb_gateway.json', {
    thingsboard: {
      host: '127.0.0.1',
      port: platform,
      security: { type: 'accessToken', accessToken: 'TOKEN' },
      statistics: { enable: false },
      ackTimeoutSeconds: PATIENCE,
      ...unlimited,
      ...thingsboard,
    },
    storage: { type: 'file', data_folder_path: join(folder, 'data'), max_records: 1_000_000, ...storage },
    connectors: [{ name: 'Devices', type: 'mqtt', configuration: 'mqtt.json' }],
  });
  write('mqtt.json', {
    broker: {
      host: '127.0.0.1',
      port: broker,
      clientId: CLIENT,
      version: 5,
      cleanStart: false,
      sessionExpiryInterval: 3600,
      keepAlive: 5,
      maxUnacknowledgedMessages: IN_FLIGHT,
      security: { type: 'anonymous' },
    },
    mapping: [
      {
        topicFilter: FILTER,
        subscriptionQos: 1,
        converter: {
          type: 'json',
          deviceInfo: {
            deviceNameExpressionSource: 'topic',
            deviceNameExpression: '(?<=sensor/)(.*?)(?=/data)',
            deviceProfileExpressionSource: 'constant',
            deviceProfileExpression: 'Thermometer',
          },
          timeseries: '*',
        },
      },
    ],
  });
};
