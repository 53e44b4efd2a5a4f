import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import fc from 'fast-check';
import { generate, parser } from 'mqtt-packet';
import type { Packet } from 'mqtt-packet';
import { NEVER, asyncScheduler } from 'rxjs';
import type { Observable } from 'rxjs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Envelope } from '../../src/model/envelope.js';
import { ConnectionError } from '../../src/model/errors.js';
import { connect } from '../../src/sinks/thingsboard/session.js';
import { LinkLost } from '../../src/sinks/thingsboard/link-lost.js';
import { client } from '../../src/sources/mqtt/client.js';
import { unsettled } from '../../src/sources/mqtt/connection/unsettled.js';
import { configOf, contextOf } from '../sinks/thingsboard/rig.js';
import { nastyPayload } from './nasty-json.js';
import { patience, runs } from './runs.js';

const versions = [4, 5] as const;
type Version = (typeof versions)[number];

/** Correct packets of a server, and such that only a client sends. */
const packet = (protocolVersion: Version): fc.Arbitrary<Buffer> =>
  fc
    .oneof(
      fc.record({
        cmd: fc.constant('publish' as const),
        topic: fc.constantFrom('v1/gateway/rpc', 'v1/devices/me/attributes', 'a/b', 'x'.repeat(300)),
        payload: nastyPayload,
        qos: fc.constantFrom(0 as const, 1 as const, 2 as const),
        messageId: fc.integer({ min: 1, max: 65_535 }),
        retain: fc.boolean(),
        dup: fc.constant(false),
      }),
      fc.record({
        cmd: fc.constantFrom(
          'puback' as const,
          'pubrec' as const,
          'pubrel' as const,
          'pubcomp' as const,
          'unsuback' as const,
        ),
        messageId: fc.integer({ min: 1, max: 65_535 }),
        granted: fc.constant([0]),
      }),
      fc.record({
        cmd: fc.constant('suback' as const),
        messageId: fc.integer({ min: 1, max: 9 }),
        granted: fc.constantFrom([0], [1], [128], [1, 1, 0, 2]),
      }),
      fc.record({ cmd: fc.constantFrom('pingreq' as const, 'pingresp' as const, 'disconnect' as const) }),
      fc.record({
        cmd: fc.constant('connack' as const),
        sessionPresent: fc.boolean(),
        returnCode: fc.constantFrom(0, 5),
        reasonCode: fc.constantFrom(0, 135),
      }),
    )
    .map((found) => generate(found as Packet, { protocolVersion }));

const bytes = fc.uint8Array({ minLength: 1, maxLength: 40 }).map((some) => Buffer.from(some));
/** What comes over the wire: packets, packets with one byte that is another, and anything. */
const noise = (version: Version): fc.Arbitrary<Buffer> =>
  fc
    .array(
      fc.oneof(
        packet(version),
        fc.tuple(packet(version), fc.nat(), fc.nat(255)).map(([good, at, byte]) => {
          good.writeUInt8(byte, at % Math.min(good.length, 20));
          return good;
        }),
        fc.tuple(packet(version), fc.nat()).map(([good, at]) => {
          // It ends too soon, and says so: the library reads on where nothing is.
          const length = 2 + (at % Math.min(good.length, 20));
          return Buffer.concat([good.subarray(0, 1), Buffer.from([length - 2]), good.subarray(2, length)]);
        }),
        bytes,
      ),
      { minLength: 1, maxLength: 5 },
    )
    .map((all) => Buffer.concat(all));

/** A server that accepts and grants everything, then says what it is to say, and hangs up. */
const peer = () => {
  let said: Buffer = Buffer.alloc(0);
  let greets = true;
  const server: Server = createServer((socket: Socket) => {
    socket.on('error', () => undefined);
    let protocolVersion = 4;
    const send = (out: Packet): void => void socket.write(generate(out, { protocolVersion }));
    // A client's CONNECT tells the parser the version of all that follows.
    const read = parser({});
    read.on('packet', (found) => {
      if (found.cmd === 'connect') {
        protocolVersion = found.protocolVersion ?? 4;
        if (greets) send({ cmd: 'connack', sessionPresent: false, returnCode: 0, reasonCode: 0 });
        else socket.end(said);
      }
      if (found.cmd === 'subscribe') {
        send({ cmd: 'suback', messageId: found.messageId ?? 1, granted: found.subscriptions.map(() => 1) });
        socket.end(said);
      }
    });
    socket.on('data', (chunk) => read.parse(chunk));
  });
  return {
    server,
    port: () => (server.address() as AddressInfo).port,
    say: (next: Buffer, afterGreeting: boolean): void => {
      said = next;
      greets = afterGreeting;
    },
  };
};

const ended = (it: Observable<unknown>): Promise<unknown> =>
  new Promise((resolve, reject) => {
    it.subscribe({
      next: (found) => (found as Partial<Envelope<unknown>>).ack?.(),
      error: resolve,
      complete: () => reject(new Error('it completed')),
    });
  });

describe('whatever comes over the wire, the connection ends as a lost one, and nothing else does', () => {
  const { server, port, say } = peer();
  beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
  afterAll(() => new Promise((resolve) => server.close(resolve)));

  const platform = (version: Version) => connect(configOf({ port: port(), mqttVersion: version }), contextOf([]));
  const broker = (version: Version) => {
    const options = {
      host: '127.0.0.1',
      port: port(),
      version,
      keepAlive: 60,
      cleanSession: true,
      cleanStart: true,
      sessionExpiryInterval: 0,
      security: { type: 'anonymous' },
      maxUnacknowledgedMessages: 100,
      maxUnacknowledgedBytes: 1_000_000,
    } as const;
    const nobody = (): void => undefined;
    return client(options, [{ topicFilter: '#', qos: 1 }], {
      unsettled: unsettled({ messages: 100, bytes: 1_000_000 }),
      stop: NEVER,
      read: () => Buffer.alloc(0),
      onConnected: nobody,
      onFilterRefused: nobody,
      onQosLowered: nobody,
      onRefused: nobody,
      scheduler: asyncScheduler,
    });
  };

  const bugs: readonly (readonly [string, readonly number[]])[] = [
    ['a message at QoS 1 that ends before its id', [0x32, 3, 0, 1, 0x61]],
    ['a message at QoS 2 that ends before its id', [0x34, 3, 0, 1, 0x61]],
    ['a release without its id', [0x62, 0]],
    [
      'releases that are read when the connection has ended',
      [0x10, 0, ...Array.from({ length: 50 }, () => [0x62, 2, 0, 1]).flat()],
    ],
  ];
  test.each(bugs)('%s', async (_, all) => {
    for (let i = 0; i < 10; i += 1) {
      say(Buffer.from(all), true);
      for (const version of versions) {
        expect(await ended(platform(version))).toBeInstanceOf(LinkLost);
        expect(await ended(broker(version))).toBeInstanceOf(ConnectionError);
      }
    }
  });

  test.each(versions)(
    'from the platform, version %i',
    async (version) => {
      await fc.assert(
        fc.asyncProperty(noise(version), fc.boolean(), async (all, greets) => {
          say(all, greets);
          expect(await ended(platform(version))).toBeInstanceOf(LinkLost);
        }),
        runs(100),
      );
    },
    patience,
  );

  test.each(versions)(
    'from a device broker, version %i',
    async (version) => {
      await fc.assert(
        fc.asyncProperty(noise(version), fc.boolean(), async (all, greets) => {
          say(all, greets);
          expect(await ended(broker(version))).toBeInstanceOf(ConnectionError);
        }),
        runs(100),
      );
    },
    patience,
  );
});
