import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { startAedesBroker } from '../peers/aedes-broker.js';
import { startPlatform } from '../peers/platform.js';
import { plainClient } from '../peers/plain-client.js';
import { start } from './start.js';

const configuration = (folder: string, platformPort: number, brokerPort: number): void => {
  const deviceInfo = {
    deviceNameExpressionSource: 'topic',
    deviceNameExpression: '[^/]+$',
    deviceProfileExpressionSource: 'constant',
    deviceProfileExpression: 'default',
  };
  const files = {
    'tb_gateway.json': {
      thingsboard: {
        host: '127.0.0.1',
        port: platformPort,
        security: { type: 'accessToken', accessToken: 'TOKEN' },
        statistics: { enable: false },
      },
      storage: { type: 'file', data_folder_path: join(folder, 'data') },
      connectors: [{ name: 'Devices', type: 'mqtt', configuration: 'mqtt.json' }],
    },
    'mqtt.json': {
      broker: {
        host: '127.0.0.1',
        port: brokerPort,
        clientId: 'embedded',
        version: 4,
        security: { type: 'anonymous' },
      },
      mapping: [{ topicFilter: 'readings/+', converter: { type: 'json', deviceInfo, timeseries: '*' } }],
    },
  };
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), JSON.stringify(content));
};

it("the embedded daemon takes an embedder's step with it to the platform, and stops when asked", async () => {
  const folder = mkdtempSync(join(tmpdir(), 'embedded-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const platform = await startPlatform({ accept: { accessToken: 'TOKEN' } });
  onTestFinished(platform.close);
  const broker = await startAedesBroker();
  onTestFinished(broker.close);
  configuration(folder, platform.port, broker.port);
  const devices = await plainClient(broker.port, { protocolVersion: 4 });
  onTestFinished(devices.close);
  const say = (temperature: number, retain: boolean) =>
    devices.client.publishAsync('readings/sensor', JSON.stringify({ temperature }), { qos: 1, retain });
  // Retained: it waits at the broker for whoever subscribes.
  await say(19, true);

  const daemon = start('embed-thingsboard.ts', folder);
  const arrived = (): readonly unknown[] => platform.arrivals.map(({ values }) => values.temperature);
  const until = (temperature: number): Promise<void> =>
    Promise.race([
      daemon.until('the end of it', () => false),
      platform.until(() => arrived().includes(temperature), 40_000, `${temperature} °C`),
    ]);

  await until(19);
  await say(85, false);
  await say(20, false);
  await until(20);
  expect(arrived()).toEqual([19, 20]);
  expect(platform.violations).toEqual([]);

  expect(await daemon.stop()).toBe(0);
  expect(daemon.lines().at(-1)).toContain('stopped');
}, 60_000);
