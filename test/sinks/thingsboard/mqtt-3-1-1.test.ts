import { expect, test } from 'vitest';
import { until } from '../../until.js';
import { data, rig } from './rig.js';

test('on MQTT 3.1.1 an acknowledgement has no reason: what the platform refuses in it counts as delivered', async () => {
  const { platform, send, acked, nacked, stop } = await rig({ respond: () => ({ reason: 153 }) }, { mqttVersion: 4 });
  send(data('D', 1));
  await until(() => acked.length === 1);
  expect(nacked).toEqual([]);
  expect(platform.devices.get('D')?.telemetry.size ?? 0).toBe(0);
  await stop();
});
