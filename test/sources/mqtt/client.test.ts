import { createServer, type AddressInfo, type Socket } from 'node:net';
import { generate, parser, type IPublishPacket, type Packet } from 'mqtt-packet';
import { describe, expect, it } from 'vitest';
import { ConnectionError, FatalError } from '../../../src/model/errors.js';
import { startAedesBroker } from '../../peers/aedes-broker.js';
import { clientContract } from './client-contract.js';
import { listen, ready, undone, until } from './listen.js';

describe('on an embedded broker, MQTT 3.1.1', () => {
  clientContract(4, () => startAedesBroker());

  it('errors with BROKER_REFUSED and the reason when the password is wrong', async () => {
    const broker = undone(await startAedesBroker({ users: { device: 'right' } }), (running) => running.close());
    const security = { type: 'basic', username: 'device', password: 'wrong' } as const;
    const listener = listen({ port: broker.port, version: 4, options: { security } });
    await until('it errors', () => listener.error !== undefined);
    expect(listener.error).toMatchObject({ code: 'BROKER_REFUSED' });
    expect(String(listener.error)).toMatch(/bad user ?name or password/i);
  });

  it('errors with BROKER_UNREACHABLE when nobody listens', async () => {
    const broker = await startAedesBroker();
    await broker.close();
    const listener = listen({ port: broker.port, version: 4, options: { host: 'localhost' } });
    await until('it errors', () => listener.error !== undefined);
    expect(listener.error).toBeInstanceOf(ConnectionError);
    expect(String(listener.error)).toContain('ECONNREFUSED');
  });

  it('errors with FatalError when a certificate cannot be read', () => {
    const security = { type: 'certificates', pathToCACert: 'ca.pem' } as const;
    const listener = listen({ port: 1, version: 4, options: { security } });
    expect(listener.error).toBeInstanceOf(FatalError);
  });
});

describe('on a scripted broker', () => {
  type Packets = ReturnType<typeof parser>;
  /** Answers each packet of the client with packets, and writes down what the client sends. */
  const scripted = async (answer: (packet: Packet) => readonly Packet[], version: 4 | 5) => {
    const sent: Packet[] = [];
    const sockets: Socket[] = [];
    const server = createServer((socket) => {
      sockets.push(socket);
      const packets: Packets = parser({ protocolVersion: version });
      socket.on('data', (bytes) => packets.parse(bytes)).on('error', () => undefined);
      packets.on('packet', (packet) => {
        sent.push(packet);
        for (const reply of answer(packet)) socket.write(generate(reply, { protocolVersion: version }));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    undone(server, () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    });
    return { port: (server.address() as AddressInfo).port, sent, sockets };
  };
  const connack: Packet = { cmd: 'connack', returnCode: 0, reasonCode: 0, sessionPresent: false };
  const publish = (messageId: number): IPublishPacket => ({
    cmd: 'publish',
    topic: 'good',
    payload: String(messageId),
    qos: 1,
    dup: false,
    retain: true,
    messageId,
  });

  it('says which filter is refused, and takes the messages of the others', async () => {
    for (const [version, code] of [
      [4, 0x80],
      [5, 0x87],
    ] as const) {
      const { port, sent } = await scripted((packet) => {
        if (packet.cmd === 'connect') return [connack];
        if (packet.cmd !== 'subscribe') return [];
        const { messageId = 0, subscriptions } = packet;
        const good = subscriptions[0]?.topic === 'good';
        const suback: Packet = { cmd: 'suback', messageId, granted: [good ? 1 : code] };
        return good ? [suback, publish(7)] : [suback];
      }, version);
      const filters = [
        { topicFilter: 'bad', qos: 1 },
        { topicFilter: 'good', qos: 1 },
      ] as const;
      const listener = listen({ port, version, filters });
      await listener.received(1);
      await until('the refusal is told', () => listener.filters.length > 0);
      expect(listener.filters.map(([filter]) => filter)).toEqual(['bad']);
      expect(listener.filters[0]![1]).toMatch(version === 5 ? /Not authorized/ : /Subscribe error/);
      expect(listener.envelopes[0]!.value).toMatchObject({ topic: 'good', qos: 1, retained: true });
      listener.envelopes[0]!.ack();
      await until('the PUBACK is sent', () => sent.some(({ cmd }) => cmd === 'puback'));
      expect(sent.find(({ cmd }) => cmd === 'puback')).toMatchObject({ messageId: 7 });
    }
  });

  it('tells a version 5 broker how many messages it may send, and how long to keep the session', async () => {
    const { port, sent } = await scripted(({ cmd }) => (cmd === 'connect' ? [connack] : []), 5);
    await ready(listen({ port, version: 5, options: { maxUnacknowledgedMessages: 123 } }));
    expect(sent[0]).toMatchObject({
      cmd: 'connect',
      clean: false,
      properties: { receiveMaximum: 123, sessionExpiryInterval: 3600 },
    });
  });

  it('errors with the reason that a version 5 broker gives when it leaves', async () => {
    const { port, sockets } = await scripted(({ cmd }) => (cmd === 'connect' ? [connack] : []), 5);
    const listener = await ready(listen({ port, version: 5 }));
    sockets[0]!.end(generate({ cmd: 'disconnect', reasonCode: 142 }, { protocolVersion: 5 }));
    await until('it errors', () => listener.error !== undefined);
    expect(listener.error).toMatchObject({ code: 'BROKER_UNREACHABLE', message: expect.stringContaining('142') });
  });

  it('gives up a connection over which nonsense comes', async () => {
    const { port, sockets } = await scripted(({ cmd }) => (cmd === 'connect' ? [connack] : []), 4);
    const listener = await ready(listen({ port, version: 4 }));
    const closed = new Promise((resolve) => sockets[0]!.once('close', resolve));
    sockets[0]!.write(Buffer.from([0xf0, 0x80, 0x80, 0x80, 0x80, 0x01]));
    await until('it errors', () => listener.error !== undefined);
    expect(listener.error).toBeInstanceOf(ConnectionError);
    await closed;
  });

  it('neither fails nor acknowledges when a broker sends QoS 2 from an older session', async () => {
    const two: Packet = { ...publish(3), qos: 2 };
    const { port, sent } = await scripted(({ cmd }) => {
      if (cmd === 'connect') return [connack, two];
      return cmd === 'pubrec' ? [{ cmd: 'pubrel', messageId: 3 }, publish(4)] : [];
    }, 4);
    const listener = listen({ port, version: 4 });
    await listener.received(2);
    for (const { ack } of listener.envelopes) ack();
    await until('the PUBACK is sent', () => sent.some(({ cmd }) => cmd === 'puback'));
    expect(listener.envelopes.map(({ value }) => value.qos)).toEqual([2, 1]);
    expect(sent.map(({ cmd }) => cmd).filter((cmd) => cmd.startsWith('pub'))).toEqual(['pubrec', 'pubcomp', 'puback']);
  });
});
