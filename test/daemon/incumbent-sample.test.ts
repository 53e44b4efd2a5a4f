import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { haveMosquitto, startMosquitto } from '../peers/mosquitto.js';
import { startPlatform } from '../peers/platform.js';
import { plainClient } from '../peers/plain-client.js';
import { peer } from '../peers/require-peer.js';
import { startDaemon } from './daemon.js';

const fixtures = join(import.meta.dirname, '../fixtures');
const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});
const opened = <T extends { readonly close: () => unknown }>(it: T): T => {
  closing.push(it.close);
  return it;
};

/** The incumbent's own configuration folder; of its files nothing is changed but where broker and platform are, and the storage. */
const sample = (ports: { readonly broker: number; readonly platform: number }): string => {
  const folder = mkdtempSync(join(tmpdir(), 'sample-'));
  closing.push(() => rmSync(folder, { recursive: true, force: true }));
  const mqtt = readFileSync(join(fixtures, 'compat/thingsboard_gateway/config/mqtt.json'), 'utf8');
  expect(mqtt.split('"port": 1883')).toHaveLength(2);
  writeFileSync(join(folder, 'mqtt.json'), mqtt.replace('"port": 1883', `"port": ${ports.broker}`));
  writeFileSync(
    join(folder, 'tb_gateway.json'),
    JSON.stringify({
      thingsboard: {
        host: '127.0.0.1',
        port: ports.platform,
        security: { type: 'accessToken', accessToken: 'TOKEN' },
        statistics: { enable: false },
      },
      storage: { type: 'sqlite', data_folder_path: join(folder, 'data') },
      connectors: [{ name: 'MQTT', type: 'mqtt', configuration: 'mqtt.json' }],
    }),
  );
  const extensions = join(folder, 'extensions', 'mqtt');
  mkdirSync(extensions, { recursive: true });
  cpSync(join(fixtures, 'extensions/mqtt'), extensions, { recursive: true });
  return folder;
};

peer('mosquitto', haveMosquitto())('the incumbent’s sample mqtt.json', () => {
  /** Both ends and the daemon between them. What devices publish before it starts is retained: it comes with the subscription. */
  const started = async (before: Readonly<Record<string, string>>, extensions = true) => {
    const broker = opened(await startMosquitto());
    const platform = opened(await startPlatform({ accept: { accessToken: 'TOKEN' } }));
    const devices = opened(await plainClient(broker.port, { protocolVersion: 4 }));
    const publish = (topic: string, payload: string, retain = false) =>
      devices.client.publishAsync(topic, payload, { qos: 1, retain });
    for (const [topic, payload] of Object.entries(before)) await publish(topic, payload, true);
    const folder = sample({ broker: broker.port, platform: platform.port });
    if (!extensions) rmSync(join(folder, 'extensions'), { recursive: true });
    const daemon = startDaemon(folder);
    closing.push(daemon.kill);
    return { platform, publish, daemon };
  };

  test('runs as it stands: each section’s example gives the documented data', async () => {
    const { platform, publish, daemon } = await started({
      'data/': JSON.stringify({ power: '12.5', frequency: 50.9, temperature: 21.3, humidity: 70, relay: true }),
      'sensor/SN-001/data': JSON.stringify({ sensorModel: 'T1000', temp: '36.6', hum: 51 }),
      'sensor/raw_data': 'AM12325.7',
      'custom/sensors/C-1': '0x0119022d5f',
      'sensor/SN-002/disconnect': 'bye',
    });
    /** What the platform has of a device, when it has as many keys as wanted: its profile, the latest values, the attributes. */
    const kept = async (name: string, telemetry: number, attributes: number) => {
      const all = () => {
        const device = platform.devices.get(name);
        return device !== undefined && device.telemetry.size >= telemetry && device.attributes.size >= attributes;
      };
      await platform.until(all, 20_000, `all of ${name}; the daemon said: ${daemon.output()}`);
      const device = platform.devices.get(name)!;
      const latest = [...device.telemetry].map(([key, series]) => [key, [...series.values()].at(-1)]);
      return [device.profile, Object.fromEntries(latest), Object.fromEntries(device.attributes)];
    };
    expect(await kept('Demo Device', 3, 2)).toEqual([
      'default',
      { temperature: 21.3, humidity: 70, relay: true },
      { power: 12.5, frequency: 50 },
    ]);
    expect(await kept('SN-001', 2, 1)).toEqual([
      'Thermometer',
      { temperature: 36.6, humidity: 51 },
      { model: 'T1000' },
    ]);
    expect(await kept('AM12', 1, 1)).toEqual(['default', { temp: 325.7 }, { rawData: 'AM12325.7' }]);
    expect(await kept('C-1', 3, 0)).toEqual(['Thermostat', { temperature: 25, humidity: 45, batteryLevel: 95 }, {}]);

    // The sample looks for "/connect" in this topic: it names nobody, which is said, and costs that message alone.
    await daemon.until(() => daemon.counted('failed') === 1, 10_000, 'one that failed');
    expect(daemon.output()).toContain('the topic names no device');

    const count = (name: string, what: 'connects' | 'disconnects') => platform.devices.get(name)?.counts[what] ?? 0;
    await publish('sensor/SN-002/connect', '');
    await platform.until(() => count('SN-002', 'connects') === 1, 20_000, 'SN-002 is connected');
    await publish('sensor/disconnect', '');
    await platform.until(() => count('Demo Device', 'disconnects') === 1, 20_000, 'Demo Device has left');
    await publish('sensor/connect', '');
    await platform.until(() => count('Demo Device', 'connects') === 2, 20_000, 'Demo Device is back');

    expect(daemon.facts.filter(({ kind }) => kind === 'alert')).toEqual([]);
    expect(platform.violations).toEqual([]);
  }, 60_000);

  test('runs without the converter as well: its absence is said, and its mapping alone is lost', async () => {
    const before = { 'sensor/raw_data': 'AM12325.7', 'custom/sensors/C-1': '0x0119022d5f' };
    const { platform, daemon } = await started(before, false);
    await daemon.alert('CONFIG_INVALID');
    await platform.until(() => platform.devices.get('AM12')?.telemetry.size === 1, 20_000, 'AM12');
    await daemon.until(() => daemon.counted('failed') === 1, 10_000, 'one that failed');
    expect(daemon.output()).toContain('CustomMqttUplinkConverter.mjs');
  }, 60_000);
});
