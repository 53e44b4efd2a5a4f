import { fork } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Fact } from '../src/model/fact.js';
import type { Sums } from '../src/operators/tally.js';

const point = (type: string, key: string, value = `\${${key}}`) => ({ type, key, value });
const constant = (profile: string) => ({
  deviceProfileExpressionSource: 'constant',
  deviceProfileExpression: profile,
});
const CONNECTOR = 'Plant broker';
const seq = point('integer', 'seq');

const mapping = [
  {
    topicFilter: 'sensor/+/data',
    converter: {
      type: 'json',
      deviceInfo: {
        deviceNameExpressionSource: 'topic',
        deviceNameExpression: '(?<=sensor/)(.*?)(?=/data)',
        ...constant('Thermometer'),
      },
      attributes: [point('string', 'model', '${sensorModel}')],
      timeseries: [point('double', 'temperature', '${temp}'), point('double', 'humidity', '${hum}'), seq],
    },
  },
  {
    topicFilter: 'meter/+/power',
    converter: {
      type: 'json',
      deviceInfo: {
        deviceNameExpressionSource: 'topic',
        deviceNameExpression: '(?<=meter/)(.*?)(?=/power)',
        ...constant('Power meter'),
      },
      timeseries: [point('double', 'watts', '${power.watts}'), point('double', 'volts', '${power.volts}'), seq],
    },
  },
  {
    topicFilter: 'tanks',
    converter: {
      type: 'json',
      deviceInfo: {
        deviceNameExpressionSource: 'message',
        deviceNameExpression: '${name}',
        ...constant('Tank'),
      },
      timeseries: [point('double', 'level'), point('boolean', 'pump'), seq],
    },
  },
];

/** The real daemon, `node dist/main.js`, with a configuration of its own in a temporary folder. */
export const startGateway = (brokerPort: number, platformPort: number, accessToken: string) => {
  const folder = mkdtempSync(join(tmpdir(), 'tributary-demo-'));
  const write = (name: string, content: object): void => writeFileSync(join(folder, name), JSON.stringify(content));
  write('tb_gateway.json', {
    thingsboard: { host: '127.0.0.1', port: platformPort, security: { type: 'accessToken', accessToken } },
    storage: { type: 'file', data_folder_path: join(folder, 'data') },
    connectors: [{ name: CONNECTOR, type: 'mqtt', configuration: 'mqtt.json' }],
  });
  write('mqtt.json', {
    broker: {
      host: '127.0.0.1',
      port: brokerPort,
      clientId: 'tributary-demo',
      version: 4,
      cleanSession: false,
      security: { type: 'anonymous' },
    },
    mapping,
  });

  const child = fork(resolve(import.meta.dirname, '../dist/main.js'), ['--config', folder, '--log-level', 'error'], {
    env: { ...process.env, TB_GW_RATE_LIMITS: '0:0' },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    // Ctrl-C reaches the whole process group: the demo decides when the gateway is told.
    detached: true,
  });
  let sums: Sums | undefined;
  const connected = new Promise<void>((done) => {
    child.on('message', ({ fact, sums: latest }: { readonly fact?: Fact; readonly sums?: Sums }) => {
      if (latest) sums = latest;
      if (fact?.kind === 'state' && fact.who === CONNECTOR && fact.phase === 'connected') done();
    });
  });
  const ended = new Promise<number | null>((done) => child.once('exit', done));
  return {
    ask: (): void => {
      if (child.connected) child.send({ sums: true });
    },
    sums: (): Sums | undefined => sums,
    /** Resolves when the gateway listens to the device broker. */
    connected,
    ended,
    /** SIGTERM; resolves with the exit code. The folder is removed. */
    stop: async (): Promise<number | null> => {
      child.kill('SIGTERM');
      const code = await ended;
      rmSync(folder, { recursive: true, force: true });
      return code;
    },
  };
};
