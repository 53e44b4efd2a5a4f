import fc from 'fast-check';
import { generate } from 'mqtt-packet';
import type { Packet } from 'mqtt-packet';
import { describe, expect, it, vi } from 'vitest';
import { packets } from '../../../../src/sources/mqtt/connection/packets.js';
import type { Publish } from '../../../../src/sources/mqtt/connection/packets.js';

type Version = 3 | 4 | 5;
type Seen = { readonly plain: Omit<Publish, 'payload'> & { readonly payload: string } } | { readonly other: string };

/** What comes out of a reader. `slow`: every n-th taker asks for the next packet only when it is told to. */
const reading = (version: Version, slow = 0) => {
  const seen: Seen[] = [];
  const asleep: (() => void)[] = [];
  let drained = 0;
  const then = (next: () => void): void => {
    if (slow > 0 && seen.length % slow === 0) asleep.push(next);
    else next();
  };
  const reader = packets(
    {
      publish: (packet, next) => {
        seen.push({ plain: { ...packet, payload: packet.payload.toString('hex') } });
        then(next);
      },
      other: (bytes, next) => {
        seen.push({ other: bytes.toString('hex') });
        then(next);
      },
      drained: () => (drained += 1),
    },
    version,
  );
  return { reader, seen, drained: () => drained, wake: () => asleep.splice(0).forEach((next) => next()), asleep };
};

const bytesOf = (packet: Packet, version: Version): Buffer => generate(packet, { protocolVersion: version });
const publish = (more: object, version: Version = 4): Buffer =>
  bytesOf(
    { cmd: 'publish', topic: 'a/b', payload: 'x', qos: 1, messageId: 7, retain: false, dup: false, ...more },
    version,
  );
const whole = (bytes: Buffer, version: Version = 4): readonly Seen[] => {
  const { reader, seen } = reading(version);
  reader.feed(bytes);
  return seen;
};

const anyPublish = fc
  .record({
    topic: fc.stringMatching(/^[a-zäπ/]{1,30}$/),
    payload: fc.uint8Array({ maxLength: 300 }),
    qos: fc.constantFrom(0, 1, 2),
    messageId: fc.integer({ min: 1, max: 65_535 }),
    retain: fc.boolean(),
    properties: fc.option(fc.constant({ contentType: 'json' }), { nil: undefined }),
  })
  .map((packet) => ({ cmd: 'publish', dup: false, ...packet, payload: Buffer.from(packet.payload) }) as Packet);
const anyPacket = fc.oneof(
  { weight: 6, arbitrary: anyPublish },
  fc.constant<Packet>({ cmd: 'pingresp' }),
  fc.integer({ min: 1, max: 65_535 }).map((messageId): Packet => ({ cmd: 'puback', messageId })),
);

/** What the reader should say of a packet. */
const expected = (packet: Packet, version: Version): Seen => {
  if (packet.cmd !== 'publish' || packet.qos === 2 || (version === 5 && packet.properties !== undefined))
    return { other: bytesOf(packet, version).toString('hex') };
  const { topic, qos, retain, messageId } = packet;
  const payload = Buffer.from(packet.payload).toString('hex');
  return { plain: { topic, payload, qos, retain, messageId: qos === 1 ? messageId : undefined } };
};

/** Cuts bytes into pieces of the given lengths, in turn. */
const pieces = (bytes: Buffer, lengths: readonly number[]): readonly Buffer[] => {
  const all: Buffer[] = [];
  for (let at = 0, i = 0; at < bytes.length; i += 1) {
    const length = lengths[i % lengths.length]!;
    all.push(bytes.subarray(at, at + length));
    at += length;
  }
  return all;
};

describe('packets', () => {
  it('are given out whole and in order, however they are cut and whoever is slow', () => {
    fc.assert(
      fc.property(
        fc.constantFrom<Version>(3, 4, 5),
        fc.array(anyPacket, { maxLength: 30 }),
        fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1, maxLength: 5 }),
        fc.integer({ min: 0, max: 3 }),
        (version, all, lengths, slow) => {
          const { reader, seen, wake, asleep } = reading(version, slow);
          for (const piece of pieces(Buffer.concat(all.map((packet) => bytesOf(packet, version))), lengths)) {
            reader.feed(piece);
            expect(reader.waits()).toBe(asleep.length > 0);
            if (piece.length % 2 === 0) wake();
          }
          while (asleep.length > 0) wake();
          expect(seen).toEqual(all.map((packet) => expected(packet, version)));
        },
      ),
    );
  });

  it('wait for the one who has the last, and say when all that has come is taken', () => {
    const { reader, seen, wake, drained } = reading(4, 2);
    reader.feed(Buffer.concat([publish({}), publish({}), publish({})]));
    expect([seen.length, reader.waits(), drained()]).toEqual([2, true, 0]);
    reader.feed(publish({}));
    expect(seen.length).toBe(2);
    wake();
    expect([seen.length, reader.waits(), drained()]).toEqual([4, true, 0]);
    wake();
    expect([seen.length, reader.waits(), drained()]).toEqual([4, false, 1]);
  });

  it.each<[what: string, bytes: Buffer, version: Version]>([
    ['QoS 2', publish({ qos: 2 }), 4],
    ['QoS 3', Buffer.from('3606000161000778', 'hex'), 4],
    ['an id of zero', Buffer.from('32060001610000' + '78', 'hex'), 4],
    ['no topic', Buffer.from('3003000078', 'hex'), 4],
    ['a topic that is longer than the packet', Buffer.from('3004000961' + '78', 'hex'), 4],
    ['a packet too short for a topic', Buffer.from('300100', 'hex'), 4],
    ['a packet too short for an id', Buffer.from('320400016100', 'hex'), 4],
    ['properties', publish({ properties: { topicAlias: 3 } }, 5), 5],
    ['a packet too short for properties', Buffer.from('3003000161', 'hex'), 5],
    ['a length of more than four bytes', Buffer.from('30ffffffff01', 'hex'), 4],
  ])('are left to the library as they are: %s', (_, bytes, version) => {
    expect(whole(bytes, version)).toEqual([{ other: bytes.toString('hex') }]);
  });

  it('without properties are plain on MQTT 5', () => {
    expect(whole(publish({}, 5), 5)).toEqual([
      { plain: { topic: 'a/b', payload: '78', qos: 1, retain: false, messageId: 7 } },
    ]);
  });

  it('of a megabyte are put together once', () => {
    const bytes = publish({ payload: Buffer.alloc(1_000_000, 1) });
    const concat = vi.spyOn(Buffer, 'concat');
    const { reader, seen } = reading(4);
    pieces(bytes, [1_000]).forEach((piece) => reader.feed(piece));
    const joined = concat.mock.calls.length;
    concat.mockRestore();
    expect(seen).toHaveLength(1);
    expect(joined).toBeLessThan(4);
  });
});
