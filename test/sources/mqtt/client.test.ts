import { createServer, type AddressInfo, type ServerOpts, type Socket } from 'node:net';
import { generate, parser, type IPublishPacket, type Packet } from 'mqtt-packet';
import { VirtualTimeScheduler } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { ConnectionError, FatalError, Unavailable } from '../../../src/model/errors.js';
import { startAedesBroker } from '../../peers/aedes-broker.js';
import { clientContract } from './client-contract.js';
import { listen, ready, undone, until } from './listen.js';

describe('on an embedded broker, MQTT 3.1.1', () => {
  clientContract(4, () => startAedesBroker());

  it('errors with CREDENTIALS_REFUSED and the reason when the password is wrong', async () => {
    const broker = undone(await startAedesBroker({ users: { device: 'right' } }), (running) => running.close());
    const security = { type: 'basic', username: 'device', password: 'wrong' } as const;
    const listener = listen({ port: broker.port, version: 4, options: { security } });
    await until('it errors', () => listener.error !== undefined);
    expect(listener.error).toMatchObject({ code: 'CREDENTIALS_REFUSED' });
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
  const scripted = async (answer: (packet: Packet) => readonly Packet[], version: 4 | 5, options: ServerOpts = {}) => {
    const sent: Packet[] = [];
    const sockets: Socket[] = [];
    const server = createServer(options, (socket) => {
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
  /** Takes the connection, and grants subscriptions with QoS 1. */
  const friendly = (packet: Packet): readonly Packet[] => {
    if (packet.cmd === 'connect') return [connack];
    return packet.cmd === 'subscribe' ? [{ cmd: 'suback', messageId: packet.messageId ?? 0, granted: [1] }] : [];
  };
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
    const { port, sent } = await scripted(friendly, 5);
    await ready(listen({ port, version: 5, options: { maxUnacknowledgedMessages: 123 } }));
    expect(sent[0]).toMatchObject({
      cmd: 'connect',
      clean: false,
      properties: { receiveMaximum: 123, sessionExpiryInterval: 3600 },
    });
  });

  it('says how long it may be silent, and whether the session shall be a new one', async () => {
    const connects = async (version: 3 | 4 | 5, options: Parameters<typeof listen>[0]['options']) => {
      const { port, sent } = await scripted(friendly, version === 5 ? 5 : 4);
      await ready(listen({ port, version, options: { keepAlive: 7, ...options } }));
      return sent[0];
    };
    const older = { protocolVersion: 3, protocolId: 'MQIsdp', clean: true, keepalive: 7 };
    expect(await connects(3, { cleanSession: true, cleanStart: false })).toMatchObject(older);
    expect(await connects(4, { cleanSession: false, cleanStart: true })).toMatchObject({
      protocolVersion: 4,
      protocolId: 'MQTT',
      clean: false,
      keepalive: 7,
    });
    expect(await connects(5, { cleanSession: false, cleanStart: true })).toMatchObject({
      protocolVersion: 5,
      clean: true,
    });
  });

  it('sets a version 5 broker no Maximum Packet Size: it would throw larger messages away without a word', async () => {
    const { port, sent } = await scripted(friendly, 5);
    await ready(listen({ port, version: 5 }));
    expect(sent[0]).not.toHaveProperty('properties.maximumPacketSize');
  });

  it('errors when the broker does not answer a subscription within ten seconds', async () => {
    const scheduler = new VirtualTimeScheduler();
    const filters = [
      { topicFilter: 'a', qos: 1 },
      { topicFilter: 'b', qos: 1 },
    ] as const;
    const answersA = (packet: Packet): readonly Packet[] =>
      packet.cmd === 'subscribe' && packet.subscriptions[0]?.topic === 'b' ? [] : friendly(packet);
    const { port, sent } = await scripted(answersA, 4);
    const listener = listen({ port, version: 4, filters, scheduler });
    await until('it has subscribed', () => sent.filter(({ cmd }) => cmd === 'subscribe').length === 2);
    expect(listener.error).toBeUndefined();
    scheduler.maxFrames = 60_000;
    scheduler.flush();
    expect(listener.error).toBeInstanceOf(ConnectionError);
    expect(String(listener.error)).toMatch(/no answer to the subscription of .* within 10 s/);
    expect(listener.connected).toBe(0);
  });

  it('says when a subscription is granted with a lower QoS', async () => {
    const { port } = await scripted(
      (packet) =>
        packet.cmd === 'subscribe'
          ? [{ cmd: 'suback', messageId: packet.messageId ?? 0, granted: [0] }]
          : friendly(packet),
      4,
    );
    const listener = await ready(listen({ port, version: 4, filters: [{ topicFilter: 'a', qos: 1 }] }));
    expect(listener.lowered).toEqual([['a', 0]]);
  });

  it('leaves within a second of the scheduler when the broker does not close', async () => {
    const scheduler = new VirtualTimeScheduler();
    const { port, sent } = await scripted(friendly, 4, { allowHalfOpen: true });
    const listener = await ready(listen({ port, version: 4, scheduler }));
    listener.stop();
    await until('it has said DISCONNECT', () => sent.some(({ cmd }) => cmd === 'disconnect'));
    expect(listener.completed).toBe(false);
    scheduler.flush();
    expect(listener.completed).toBe(true);
    expect(scheduler.now()).toBe(1_000);
  });

  it('reads on when it leaves while it was full: a connection closed over unread data may lose its last PUBACKs', async () => {
    const large = (id: number): Packet => ({ ...publish(id), payload: 'x'.repeat(1_000) });
    const many: readonly Packet[] = [publish(1), publish(2), ...Array.from({ length: 2_000 }, (_, i) => large(i + 3))];
    const { port, sent } = await scripted(
      (packet) => (packet.cmd === 'subscribe' ? [...friendly(packet), ...many] : friendly(packet)),
      4,
    );
    const options = { maxUnacknowledgedBytes: 500 };
    const listener = listen({ port, version: 4, options, scheduler: new VirtualTimeScheduler() });
    await listener.received(3);
    listener.envelopes[0]!.ack();
    listener.envelopes[1]!.nack(new Unavailable('STORAGE_FULL', 'not now'));
    // The scheduler's second never passes: only the broker's end tells.
    await until('it errors', () => listener.error !== undefined);
    expect(listener.envelopes.length).toBe(3);
    await until('it has left', () => sent.some(({ cmd }) => cmd === 'disconnect'));
    expect(sent.filter(({ cmd }) => cmd === 'puback')).toMatchObject([{ messageId: 1 }]);
  });

  it('says what may be wrong when the broker closes without an answer', async () => {
    const { port, sockets } = await scripted(() => (sockets[0]?.end(), []), 4);
    const listener = listen({ port, version: 4 });
    await until('it errors', () => listener.error !== undefined);
    expect(listener.error).toMatchObject({ code: 'BROKER_UNREACHABLE', message: expect.stringContaining('TLS') });
  });

  it('errors with the reason that a version 5 broker gives when it leaves', async () => {
    const { port, sockets } = await scripted(friendly, 5);
    const listener = await ready(listen({ port, version: 5 }));
    sockets[0]!.end(generate({ cmd: 'disconnect', reasonCode: 142 }, { protocolVersion: 5 }));
    await until('it errors', () => listener.error !== undefined);
    expect(listener.error).toMatchObject({
      code: 'BROKER_UNREACHABLE',
      message: expect.stringContaining('142 (Session taken over)'),
    });
  });

  it('gives up a connection over which nonsense comes', async () => {
    const { port, sockets } = await scripted(friendly, 4);
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
