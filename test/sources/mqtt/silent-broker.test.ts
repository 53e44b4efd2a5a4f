import { createServer, type AddressInfo, type Socket } from 'node:net';
import { generate, parser, type Packet } from 'mqtt-packet';
import { ReplaySubject, VirtualTimeScheduler } from 'rxjs';
import { expect, it } from 'vitest';
import { ConnectionError, reasonOf } from '../../../src/model/errors.js';
import { client } from '../../../src/sources/mqtt/client.js';
import type { Link } from '../../../src/sources/mqtt/connection/link.js';
import { unsettled } from '../../../src/sources/mqtt/connection/unsettled.js';
import { undone, until } from './listen.js';
import type { BrokerOptions } from '../../../src/sources/mqtt/connection/connect-options.js';

const WINDOW = 100;

/** A broker that takes everything and acknowledges no publish. */
const silentBroker = async () => {
  const sockets: Socket[] = [];
  let published = 0;
  const answer = ({ cmd }: Packet): Packet | undefined => {
    if (cmd === 'publish') published += 1;
    if (cmd === 'connect') return { cmd: 'connack', returnCode: 0, sessionPresent: false };
    return cmd === 'pingreq' ? { cmd: 'pingresp' } : undefined;
  };
  const server = createServer((socket) => {
    sockets.push(socket);
    const packets = parser({ protocolVersion: 4 });
    socket.on('data', (bytes) => packets.parse(bytes)).on('error', () => undefined);
    packets.on('packet', (packet) => {
      const reply = answer(packet);
      if (reply !== undefined) socket.write(generate(reply));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  undone(server, () => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, published: () => published };
};

it('a connection whose broker acknowledges none of a window of publishes for thirty seconds is given up, and so is all that waits', async () => {
  const { port, published } = await silentBroker();
  const scheduler = new VirtualTimeScheduler();
  let link: Link | undefined;
  let error: unknown;
  const broker: BrokerOptions = {
    host: '127.0.0.1',
    port,
    version: 4,
    clientId: 'gateway',
    keepAlive: 60,
    cleanSession: true,
    cleanStart: true,
    sessionExpiryInterval: 0,
    security: { type: 'anonymous' },
    maxUnacknowledgedMessages: 5_000,
    maxUnacknowledgedBytes: 1_000_000,
  };
  const subscription = client(broker, [], {
    unsettled: unsettled({ messages: 5_000, bytes: 1_000_000 }),
    stop: new ReplaySubject(1),
    read: () => Buffer.alloc(0),
    onConnected: (_resumed, down) => (link = down),
    onFilterRefused: () => undefined,
    onQosLowered: () => undefined,
    onRefused: () => undefined,
    scheduler,
  }).subscribe({ error: (thrown: unknown) => (error = thrown) });
  undone(subscription, (open) => open.unsubscribe());
  await until('it is connected', () => link !== undefined);
  const ended: string[] = [];
  for (let n = 0; n < WINDOW + 50; n += 1)
    link!
      .publish({ topic: 't', payload: `${n}`, retain: false, qos: 1 })
      .subscribe({ error: (thrown: unknown) => ended.push(reasonOf(thrown)) });
  await until('the window is full', () => published() === WINDOW);
  scheduler.maxFrames = 30_000;
  scheduler.flush();
  expect(error).toBeInstanceOf(ConnectionError);
  expect(error).toMatchObject({
    code: 'BROKER_UNREACHABLE',
    message: `127.0.0.1:${port}: the broker has acknowledged none of 100 messages for 30 s`,
  });
  expect(ended).toHaveLength(WINDOW + 50);
  expect(ended.slice(WINDOW)).toEqual(
    Array.from({ length: 50 }, () => 'the connection to the broker was lost; whether the device has got it is unknown'),
  );
});
