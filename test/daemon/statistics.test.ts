import { expect, test } from 'vitest';
import { haveMosquitto } from '../peers/mosquitto.js';
import { peer } from '../peers/require-peer.js';
import { staged } from './staged.js';

const LONGER_THAN_A_PERIOD = 25_000;
const calls = {
  requestsMapping: {
    serverSideRpc: [
      {
        deviceNameFilter: '.*',
        methodFilter: 'shout',
        requestTopicExpression: 'call/${deviceName}',
        valueExpression: '${params}',
      },
    ],
  },
};

peer('mosquitto', haveMosquitto())('the figures of a connector', () => {
  const stage = staged();
  test('hold every byte that came and went, also of before a restart in the same process', async () => {
    const statistics = { enable: true, statsSendPeriodInSeconds: 10 };
    const it = await stage({ thingsboard: { statistics }, connector: calls });
    const { platform } = it;
    const daemon = it.start();
    await daemon.phase('Devices', 'connected');
    await daemon.phase('thingsboard', 'connected');
    const devices = await it.devices({ count: 1 });
    const payloads = [1, 2, 3].map((seq) => JSON.stringify({ seq, text: 'ä'.repeat(seq) }));
    const say = async (i: number): Promise<void> => {
      await devices.publish('sensor/a/data', payloads[i]!);
      const has = () => [...(platform.devices.get('a')?.telemetry.get('seq')?.values() ?? [])].includes(i + 1);
      await platform.until(has, 20_000, `reading ${i + 1}`);
    };
    await say(0);
    platform.push('v1/gateway/rpc', { device: 'a', data: { id: 1, method: 'shout', params: 'größer' } });
    await platform.until(() => (platform.devices.get('a')?.rpcReplies.length ?? 0) > 0, 10_000, 'the answer');
    const before = platform.connections();
    platform.push('v1/devices/me/rpc/request/1', { method: 'gateway_restart', params: 1 });
    await platform.until(() => platform.connections() > before && platform.live() !== undefined, 20_000, 'a session');
    await say(1);
    await say(2);

    const sum = (key: string): number =>
      [...(platform.own.telemetry.get('connectorsStats')?.values() ?? [])].reduce<number>(
        (all, stats) => all + ((stats as { Devices?: Record<string, number> }).Devices?.[key] ?? 0),
        0,
      );
    await platform.until(() => sum('storageMsgPushed') >= 3, LONGER_THAN_A_PERIOD, 'the figures');
    expect(
      ['connectorMsgsReceived', 'connectorBytesReceived', 'connectorMsgsSent', 'connectorBytesSent'].map(sum),
    ).toEqual([3, Buffer.byteLength(payloads.join('')), 1, Buffer.byteLength('"größer"')]);
    expect(platform.violations).toEqual([]);
  }, 60_000);
});
