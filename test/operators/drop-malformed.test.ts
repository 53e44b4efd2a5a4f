import { EventEmitter } from 'node:events';
import type { MqttClient, Packet } from 'mqtt';
import { expect, it } from 'vitest';
import { dropMalformed } from '../../src/operators/drop-malformed.js';

const received = (packet: Partial<Packet>) => {
  let why: Error | undefined;
  const client = Object.assign(new EventEmitter(), { stream: { destroy: (error?: Error) => void (why = error) } });
  dropMalformed(client as unknown as MqttClient);
  client.emit('packetreceive', packet);
  return { id: packet.messageId, ended: why !== undefined };
};

it.each([
  ['publish', { cmd: 'publish', qos: 1, messageId: -1 }, 1],
  ['pubrel', { cmd: 'pubrel', messageId: 0 }, 1],
] as const)('a %s without an id ends the connection, and has an id that can be answered', (_, packet, id) =>
  expect(received({ ...packet })).toEqual({ id, ended: true }),
);

it.each(['puback', 'pubrec', 'pubcomp'] as const)(
  'a %s without an id ends the connection, and acknowledges nobody',
  (cmd) => expect(received({ cmd, messageId: -1 })).toEqual({ id: -1, ended: true }),
);

it.each([
  ['a publish with its id', { cmd: 'publish', qos: 1, messageId: 65_535 }],
  ['a publish that needs none', { cmd: 'publish', qos: 0 }],
  ['a ping', { cmd: 'pingresp' }],
] as const)('%s passes', (_, packet) =>
  expect(received({ ...packet })).toEqual({
    id: 'messageId' in packet ? packet.messageId : undefined,
    ended: false,
  }),
);
