import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { installSample } from '../fixtures/extensions/install-sample.js';
import { haveMosquitto, startMosquitto } from '../peers/mosquitto.js';
import { startPlatform } from '../peers/platform.js';
import { plainClient } from '../peers/plain-client.js';
import { peer } from '../peers/require-peer.js';
import { startTap } from '../peers/tap.js';
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
  installSample(folder);
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
    const tap = opened(await startTap({ port: broker.port }));
    const folder = sample({ broker: tap.port, platform: platform.port });
    if (!extensions) rmSync(join(folder, 'extensions'), { recursive: true });
    const daemon = startDaemon(folder);
    closing.push(daemon.kill);
    return { broker, tap, platform, publish, daemon };
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
        return device !== undefined && device.telemetry.size >= telemetry && device.attributes.size >= attributes + 2;
      };
      await platform.until(all, 20_000, `all of ${name}; the daemon said: ${daemon.output()}`);
      const device = platform.devices.get(name)!;
      const latest = [...device.telemetry].map(([key, series]) => [key, [...series.values()].at(-1)]);
      const { connectorType, connectorName, ...said } = Object.fromEntries(device.attributes);
      expect([connectorType, connectorName]).toEqual(['mqtt', 'MQTT']);
      return [device.profile, Object.fromEntries(latest), said];
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

  /** A scripted device on the topics of the sample: it writes down what comes, and answers calls. */
  const scripted = async () => {
    const { broker, tap, platform, publish, daemon } = await started({});
    const device = opened(await plainClient(broker.port, { protocolVersion: 4 })).client;
    const heard: string[] = [];
    device.on('message', (topic, payload) => {
      heard.push(`${topic} ${payload.toString()}`);
      const answer = topic.replace('/request/getRelay/', '/response/getRelay/');
      if (answer !== topic) device.publish(answer, JSON.stringify({ relay: 'on' }), { qos: 1 });
    });
    await device.subscribeAsync(['sensor/#', 'devices/#', 'x/#'], { qos: 1 });
    await daemon.phase('MQTT', 'connected');
    const rpc = (device: string, id: number, method: string, params: unknown) =>
      platform.push('v1/gateway/rpc', JSON.stringify({ device, data: { id, method, params } }));
    const replies = (name: string) => platform.devices.get(name)?.rpcReplies ?? [];
    const replied = async (name: string, id: number) => {
      const what = `${name} answers ${id}, not ${JSON.stringify(replies(name))}; the daemon said: ${daemon.output()}`;
      await platform.until(() => replies(name).some((reply) => reply.id === id), 20_000, what);
      return replies(name).flatMap((reply) => (reply.id === id ? [reply.data] : []));
    };
    const hears = (text: string) =>
      vi
        .waitUntil(() => heard.includes(text), { timeout: 20_000, interval: 5 })
        .catch(() => {
          throw new Error(`${text} was not heard, but ${heard.join('; ')}; the daemon said: ${daemon.output()}`);
        });
    await publish('sensor/connect', '');
    await publish('sensor/SN-001/data', JSON.stringify({ sensorModel: 'T', temp: 1, hum: 1 }));
    const known = (name: string) => platform.devices.get(name) !== undefined;
    await platform.until(() => known('Demo Device') && known('SN-001'), 20_000, 'the devices are known');
    return { tap, platform, publish, daemon, heard, rpc, replied, hears };
  };

  test('steers devices as it stands: attributes are asked for and pushed, calls go one way and two', async () => {
    const { platform, publish, heard, rpc, replied, hears } = await scripted();
    platform.devices.get('Demo Device')!.shared.set('relay', 'open');
    await publish('v1/devices/me/attributes/request', JSON.stringify({ relay: 'relay' }));
    await hears('devices/Demo Device/attrs "open"');

    platform.push('v1/gateway/attributes', JSON.stringify({ device: 'SN-001', data: { relay: false, other: 1 } }));
    await hears('sensor/request/setRelay false');

    rpc('SN-001', 1, 'setRelay', { on: true });
    expect(await replied('SN-001', 1)).toEqual([{ success: true }]);
    await hears('sensor/request/setRelay {"on":true}');

    rpc('SN-001', 2, 'getRelay', null);
    expect(await replied('SN-001', 2)).toEqual([{ relay: 'on' }]);
    expect(heard).toContain('sensor/SN-001/request/getRelay/2 null');

    rpc('SN-001', 3, 'set', 'requestTopicExpression=x/${deviceName};value=now;');
    expect(await replied('SN-001', 3)).toEqual([{ success: true }]);
    await hears('x/SN-001 now');

    rpc('SN-001', 4, 'fly', {});
    expect(await replied('SN-001', 4)).toEqual([{ error: 'no serverSideRpc rule fits the method fly', code: 404 }]);
    const own = { method: 'mqtt_set', params: { requestTopicExpression: 'x/own', valueExpression: 'hello' } };
    platform.push('v1/devices/me/rpc/request/5', JSON.stringify(own));
    await hears('x/own hello');
    await platform.until(() => platform.own.rpcReplies.some(({ id }) => id === 5), 20_000, 'the gateway answers');
    expect(platform.own.rpcReplies).toEqual([{ id: 5, data: { success: true } }]);
    expect(platform.violations).toEqual([]);
  }, 60_000);

  test('lets commands wait while the broker is away, and carries them out when it is back', async () => {
    const { tap, platform, daemon, heard, rpc, replied, hears } = await scripted();
    tap.refuse(true);
    tap.cut();
    await daemon.phase('MQTT', 'reconnecting');
    const before = heard.length;
    platform.push('v1/gateway/attributes', JSON.stringify({ device: 'SN-001', data: { relay: 'late' } }));
    rpc('SN-001', 1, 'setRelay', 'late');
    rpc('SN-001', 2, 'getRelay', 'late');
    await platform.until(() => platform.pushes.every(({ acknowledgedAt }) => acknowledgedAt), 10_000, 'all are taken');
    expect(heard).toHaveLength(before);
    tap.refuse(false);
    expect(await replied('SN-001', 1)).toEqual([{ success: true }]);
    expect(await replied('SN-001', 2)).toEqual([{ relay: 'on' }]);
    await hears('sensor/request/setRelay late');
    await hears('sensor/request/setRelay "late"');
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
