import { expect, test } from 'vitest';
import type { Message } from '../../../src/model/message.js';
import { until } from '../../until.js';
import { data, rigs } from './rig.js';
import type { Rig } from './rig.js';

const start = rigs(({ platform }) => expect(platform.violations).toEqual([]));

const rename = async ({ platform, commands }: Rig, params: Readonly<Record<string, string>>): Promise<void> => {
  const before = commands.length;
  platform.push('v1/devices/me/rpc/request/4', { method: 'gateway_device_renamed', params });
  await until(() => commands.length > before);
};
const times = ({ platform }: Rig, device: string): readonly number[] =>
  platform.arrivals.filter((arrival) => arrival.device === device).map(({ ts }) => ts);

const telemetry = 'v1/gateway/telemetry';

test('what waits for the rate limits when its device is renamed goes to the renamed device, in its order, and makes no other', async () => {
  const made = await start({ sessionLimits: 'silent', pace: 5 }, { deviceRateLimits: '1:1' });
  const { platform } = made;
  made.send(data('A', 1));
  await until(() => made.acked.length === 1);
  made.send(data('A', 2));
  await new Promise(setImmediate);
  made.send(data('A', 3), { ...data('A', 4), attributes: { x: 1 } });
  await rename(made, { A: 'B' });
  made.send({ ...data('B', 5), attributes: { x: 2 } });
  await until(() => made.acked.length === 5, 20_000);
  expect([times(made, 'A'), times(made, 'B')]).toEqual([[1], [2, 3, 4, 5]]);
  expect(platform.devices.get('B')).toMatchObject({ profile: 'meter', counts: { connects: 1 } });
  expect(platform.devices.get('A')?.counts.connects).toBe(1);
}, 30_000);

test('what was not acknowledged when the connection ended is sent again under the new name', async () => {
  let withholds = true;
  const made = await start({
    respond: ({ topic }) => (withholds && topic === telemetry ? { withhold: true, store: false } : undefined),
  });
  const { platform } = made;
  made.send(
    data('A', 1),
    { kind: 'claim', device: 'A', secretKey: 's', durationMs: 9 },
    { kind: 'disconnected', device: 'A' },
  );
  await until(() => platform.log.some(({ topic }) => topic === telemetry));
  await rename(made, { A: 'B' });
  withholds = false;
  platform.kick();
  await until(() => made.acked.length === 3);
  expect([times(made, 'A'), times(made, 'B')]).toEqual([[], [1]]);
  expect(platform.devices.get('B')?.counts.disconnects).toBe(1);
  const last = platform.log.filter(({ connection }) => connection === 2).flatMap(({ devices }) => devices);
  expect(new Set(last)).toEqual(new Set(['B']));
});

test('a device that is renamed while its announcement waits is announced under its new name alone', async () => {
  const made = await start({ sessionLimits: 'silent' }, { deviceMessagesRateLimits: '1:1' });
  const { platform } = made;
  made.send(data('first', 1));
  await until(() => made.acked.length === 1);
  made.send(data('A', 1));
  await new Promise(setImmediate);
  await rename(made, { A: 'B' });
  await until(() => made.acked.length === 2);
  expect([...platform.devices.keys()]).toEqual(['first', 'B']);
});

test('with renaming switched off a device keeps its name and is announced under it again', async () => {
  const made = await start({}, { handleDeviceRenaming: false });
  const again: Message = data('A', 2);
  made.send(data('A', 1));
  await until(() => made.acked.length === 1);
  await rename(made, { A: 'B' });
  made.send(again);
  await until(() => made.acked.length === 2);
  expect(times(made, 'A')).toEqual([1, 2]);
  expect(made.platform.devices.get('A')?.counts.connects).toBe(2);
  expect(made.platform.devices.has('B')).toBe(false);
});
