import { expect, test } from 'vitest';
import { startAedesBroker } from './aedes-broker.js';
import { plainClient } from './plain-client.js';

test('an npm-only broker delivers, kicks, and admits its users', async () => {
  const broker = await startAedesBroker({ users: { gw: 'secret' } });
  const join = (password: string) =>
    plainClient(broker.port, { protocolVersion: 4, username: 'gw', password, clientId: 'c' });
  await expect(join('no')).rejects.toMatchObject({ code: 4 });
  const { client, ended } = await join('secret');
  await client.subscribeAsync('d/+', { qos: 1 });
  const message = new Promise((resolve) => client.once('message', (topic, body) => resolve([topic, body.toString()])));
  await broker.publish('d/1', 'hello');
  expect(await message).toEqual(['d/1', 'hello']);
  expect(broker.clients()).toEqual(['c']);
  broker.kick('c');
  await ended;
  await client.endAsync(true);
  await broker.close();
});
