import { expect, test, vi } from 'vitest';
import { haveMosquitto } from '../peers/mosquitto.js';
import { peer } from '../peers/require-peer.js';
import { staged } from './staged.js';

const TOPIC = 'v1/gateway/attributes/request';
const rule = (deviceNameFilter: string, attributeFilter: string) => ({
  deviceNameFilter,
  attributeFilter,
  topicExpression: 'shared/${deviceName}/${attributeKey}',
  valueExpression: '${attributeValue}',
  qos: 1,
});
const rules = (...attributeUpdates: object[]) => ({ requestsMapping: { attributeUpdates } });

peer('mosquitto', haveMosquitto())('shared attributes on connect', () => {
  const stage = staged();
  const started = async (options: Parameters<typeof stage>[0]) => {
    const it = await stage(options);
    const devices = await it.devices({ count: 1 });
    const heard: string[] = [];
    devices.client.on('message', (topic, payload) => heard.push(`${topic} ${payload.toString()}`));
    await devices.client.subscribeAsync('shared/#', { qos: 1 });
    return {
      ...it,
      devices,
      heard,
      hears: async (...all: string[]): Promise<void> => {
        await vi.waitFor(() => expect([...heard].sort()).toEqual(all), { timeout: 20_000 });
        heard.length = 0;
      },
      say: (device: string, seq: number) => devices.publish(`sensor/${device}/data`, JSON.stringify({ seq })),
      questions: () => it.platform.log.filter(({ topic }) => topic === TOPIC).map(({ payload }) => payload),
    };
  };

  test('reach the device, again after a reconnect with what was set meanwhile, and after a restart', async () => {
    const it = await started({
      connector: rules(rule('lamp', 'level|mode'), rule('.*', 'firmware'), rule('.*', '.*')),
    });
    const { platform, hears, say, questions } = it;
    const shared = platform.device('lamp', 'Thermometer').shared;
    shared.set('level', 7).set('unasked', 1);
    platform.device('fan', 'Thermometer').shared.set('firmware', '1.0').set('level', 1);
    const daemon = it.start();
    await say('lamp', 1);
    await say('fan', 1);
    // A value reaches its device by each rule that fits; the last one fits everything.
    await hears('shared/fan/firmware 1.0', 'shared/fan/firmware 1.0', 'shared/lamp/level 7', 'shared/lamp/level 7');
    expect(questions()).toHaveLength(2);

    // Nobody hears of this but by asking.
    shared.set('level', 8);
    const before = platform.connections();
    platform.kick();
    await platform.until(() => platform.connections() > before, 20_000, 'another connection');
    await hears('shared/fan/firmware 1.0', 'shared/fan/firmware 1.0', 'shared/lamp/level 8', 'shared/lamp/level 8');
    expect(questions()).toHaveLength(4);
    expect((await daemon.terminate()).code).toBe(0);

    // Before its first reading in this run.
    shared.delete('level');
    shared.set('mode', 'dim');
    it.start();
    await hears('shared/fan/firmware 1.0', 'shared/fan/firmware 1.0', 'shared/lamp/mode dim', 'shared/lamp/mode dim');
    expect(platform.violations).toEqual([]);
  }, 60_000);

  test.each([
    ['the connector names none', { connector: rules(rule('.*', '.*')) }],
    [
      'the configuration says no',
      { connector: rules(rule('.*', 'level')), thingsboard: { syncDevicesSharedAttributesOnConnect: false } },
    ],
  ])(
    'are not asked for where %s',
    async (_, options) => {
      const { platform, devices, questions, heard, ...it } = await started(options);
      platform.device('device-0', 'Thermometer').shared.set('level', 7);
      it.start();
      devices.load(10);
      // Where they are asked for, that is a second after the connection.
      const isLate = () => (platform.arrivals.at(-1)?.at ?? 0) - (platform.arrivals[0]?.at ?? Infinity) > 2_500;
      await platform.until(isLate, 20_000, 'readings over 2.5 s');
      expect([questions(), heard]).toEqual([[], []]);
    },
    60_000,
  );
});
