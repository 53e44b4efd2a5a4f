import { afterEach, expect, test } from 'vitest';
import type { Message } from '../../../src/model/message.js';
import { until } from '../../until.js';
import { data, rig } from './rig.js';

let made: Awaited<ReturnType<typeof rig>> | undefined;
afterEach(() => made?.stop());
const start = async (...args: Parameters<typeof rig>) => (made = await rig(...args));

const reply = (id: number): Message => ({ kind: 'reply', device: 'A', id, content: id });
const ask = (id: number): Message => ({
  kind: 'attributeRequest',
  device: 'currentThingsBoardGateway',
  connector: 'mqtt',
  id,
  scope: 'shared',
  keys: ['k'],
});

test('three thousand replies in a burst all arrive, once each', async () => {
  const it = await start();
  await until(() => it.platform.log[0]?.outcome === 0);
  it.send(...Array.from({ length: 3_000 }, (_, id) => reply(id)));
  await until(() => it.acked.length + it.nacked.length === 3_000, 20_000);
  expect(it.nacked).toEqual([]);
  const ids = it.platform.devices.get('A')?.rpcReplies.map(({ id }) => id) ?? [];
  expect([ids.length, new Set(ids).size]).toEqual([3_000, 3_000]);
}, 30_000);

test('a device that asks before it has said anything is made under the profile `default`, and has its answer', async () => {
  const it = await start({ pace: 5 });
  it.send({ kind: 'attributeRequest', device: 'A', connector: 'mqtt', id: 1, scope: 'shared', keys: ['k'] });
  await until(() => it.commands.length === 1);
  expect(it.platform.devices.get('A')?.profile).toBe('default');
  expect(it.platform.violations).toEqual([]);
});

test('a device that says its profile as it asks is made under it at once; one that is known keeps its own', async () => {
  const it = await start();
  await until(() => it.platform.log[0]?.outcome === 0);
  const asked = { kind: 'attributeRequest', connector: 'mqtt', id: 1, scope: 'shared', keys: ['k'] } as const;
  it.send(data('B', 1));
  await until(() => it.acked.length === 1);
  it.send({ ...asked, device: 'A', profile: 'meter' }, { ...asked, device: 'B', profile: 'other' });
  // A device without a profile waits two seconds.
  await until(() => it.commands.length === 2, 1_500);
  expect(['A', 'B'].map((name) => it.platform.devices.get(name)?.profile)).toEqual(['meter', 'meter']);
  expect(it.platform.violations).toEqual([]);
});

test('attribute requests are bounded, and take no room of replies', async () => {
  const it = await start();
  await until(() => it.platform.log[0]?.outcome === 0);
  await it.platform.goAway();
  it.send(...Array.from({ length: 1_001 }, (_, id) => ask(id)), reply(0));
  await until(() => it.nacked.length === 1);
  expect(it.nacked[0]?.message).toEqual(ask(1_000));
  await it.platform.comeBack();
  await until(() => it.acked.some(({ kind }) => kind === 'reply'));
});

test('a reply is given up when its own lifetime is over', async () => {
  const it = await start();
  await until(() => it.platform.log[0]?.outcome === 0);
  await it.platform.goAway();
  it.send({ ...reply(1), lifetime: 100 } as Message, reply(2));
  await until(() => it.nacked.length > 0, 5_000);
  expect(it.nacked.map(({ message, why }) => [message.kind === 'reply' && message.id, why.name])).toEqual([
    [1, 'Unavailable'],
  ]);
});

test('the answer to an attribute request names the connector that asked', async () => {
  const it = await start();
  await until(() => it.platform.log[0]?.outcome === 0);
  it.send(ask(7));
  await until(() => it.commands.length === 1);
  expect(it.commands[0]).toMatchObject({ kind: 'attributeValues', connector: 'mqtt', id: 7 });
});

test('a request that comes when the messages have ended is answered, while what is in flight is waited for', async () => {
  const it = await start({
    pace: 4,
    respond: ({ topic }) => (topic.endsWith('/telemetry') ? { withhold: true } : undefined),
  });
  it.send(data('A', 1));
  await until(() => it.platform.devices.get('A')?.telemetry.size === 1);
  it.end();
  it.platform.push('v1/gateway/rpc', { device: 'A', data: { id: 1, method: 'm' } });
  await until(() => it.state.completed);
  expect(it.platform.devices.get('A')?.rpcReplies).toMatchObject([{ id: 1, data: { code: 503 } }]);
  expect(it.platform.violations).toEqual([]);
});
