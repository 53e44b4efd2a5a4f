import { expect, test } from 'vitest';
import type { AttributeRequest } from '../../../src/model/message.js';
import { until } from '../../until.js';
import { data, rigs } from './rig.js';
import type { Rig } from './rig.js';

const start = rigs();

const TOPIC = 'v1/gateway/attributes/request';
const idle = (device: string, id = -1): AttributeRequest => ({
  kind: 'attributeRequest',
  device,
  id,
  scope: 'shared',
  keys: ['k'],
  idle: true,
});
const questions = ({ platform }: Rig) => platform.log.filter(({ topic }) => topic === TOPIC);

test('an idle attribute request waits for the announcement of its device, and causes none', async () => {
  const made = await start();
  made.platform.device('A').shared.set('k', 1);
  made.send(idle('A'), data('B', 1));
  await until(() => made.acked.length === 1);
  expect(questions(made)).toEqual([]);
  made.send(data('A', 1));
  await until(() => made.commands.length === 1);
  expect(made.commands).toEqual([{ kind: 'attributeValues', device: 'A', id: -1, value: 1 }]);
  expect(made.platform.violations).toEqual([]);
});

test('idle attribute requests leave half of a rate limit to others', async () => {
  const made = await start({ limits: { gateway: { messages: '10:600' } } }, { deviceMessagesRateLimits: '10:600' });
  made.send(data('A', 1));
  await until(() => made.acked.length === 1);
  // Of 80 % of 10, half are 4, and the announcement was one of them.
  for (let id = 1; id <= 8; id += 1) made.send(idle('A', -id));
  await until(() => made.acked.length === 4);
  made.send({ kind: 'reply', device: 'A', id: 1, content: true }, data('A', 2));
  await until(() => made.acked.length === 6);
  expect(questions(made)).toHaveLength(3);
});

test('an idle attribute request over which the connection is lost twice is refused', async () => {
  const made = await start({ respond: ({ topic }) => (topic === TOPIC ? { close: true } : undefined) });
  made.send(data('A', 1));
  await until(() => made.acked.length === 1);
  made.send(idle('A'));
  await until(() => made.nacked.length === 1);
  expect([made.nacked[0]?.why.name, questions(made).length]).toEqual(['Refused', 2]);
});

test('an idle attribute request that has not left is given back when the messages end', async () => {
  const made = await start();
  await until(() => made.platform.live() !== undefined);
  made.send(idle('A'));
  made.end();
  await until(() => made.state.completed);
  expect(made.nacked.map(({ why }) => why.name)).toEqual(['Unavailable']);
});

test('an idle attribute request does not hurry the announcement of a device that an earlier session knew', async () => {
  const made = await start({ limits: { gateway: { messages: '10:600' } } }, { deviceMessagesRateLimits: '10:600' });
  const devices = ['A', 'B', 'C', 'D', 'E'];
  made.send(...devices.map((device) => data(device, 1)));
  await until(() => made.acked.length === 5);
  const first = made.platform.connections();
  made.platform.kick();
  await until(() => made.platform.connections() > first && made.platform.live() !== undefined);
  // For idle work there is no room any more, for data there is.
  made.send(idle('A'));
  made.send({ kind: 'reply', id: 2, content: true });
  await until(() => made.platform.own.rpcReplies.length === 1);
  const again = made.platform.log.filter(({ connection, topic }) => connection > first && topic.endsWith('/connect'));
  expect(again).toEqual([]);
  expect(questions(made)).toEqual([]);
});
