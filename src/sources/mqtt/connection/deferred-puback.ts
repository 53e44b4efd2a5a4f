import type { IPublishPacket, MqttClient, Packet } from 'mqtt';
import type { SchedulerLike } from 'rxjs';

/** One object for all messages: making an Error costs a stack trace. */
const LATER = new Error('acknowledged later');

/** A PUBACK without a reason is a success on every version: its type, the length 2, and the id. */
const PUBACK_HEADER = 0x4002;
const PUBACK_SIZE = 4;

/** How long a broker may take to close after DISCONNECT, in ms. */
const PARTING = 1_000;

/** Takes a PUBLISH, and calls the function it is given when the next one may come. */
export type OnPublish = (
  packet: Pick<IPublishPacket, 'topic' | 'payload' | 'qos' | 'retain'> & { readonly messageId?: number | undefined },
  next: () => void,
) => void;

/** Hand of the gateway on mqtt.js. */
export interface Wire {
  /** Acknowledges the PUBLISH of this id, on this connection. All of one turn leave as one write. */
  readonly puback: (messageId: number) => void;
  /** Sends DISCONNECT behind what was sent before, and calls back once the broker has closed, at the latest after a second. */
  readonly disconnect: (gone: () => void) => void;
}

/**
 * Takes the PUBACK out of mqtt.js's hands, with many messages in flight. Every use of mqtt.js's insides is in this file and
 * `read-publishes.ts`, which is why its version is pinned; `client.test.ts` holds it to account on a real broker.
 *
 * `onPublish` gets each PUBLISH and a function that lets the next one come: until it is called nothing more is read and TCP
 * holds the broker back. An error handed to mqtt.js there only keeps it from sending the PUBACK. (Its `customHandleAcks` would
 * be public, but is silently ignored on 3.1.1.) QoS 2, which only an older session can still bring, is released by mqtt.js itself.
 *
 * While `deaf()` says that nothing is read, a missing PINGRESP proves nothing: the keep-alive goes on sending but does not give up.
 */
export const deferredPuback = (
  client: MqttClient,
  onPublish: OnPublish,
  deaf: () => boolean,
  scheduler: SchedulerLike,
): Wire => {
  client.handleMessage = (packet, callback) =>
    onPublish(packet, () => (packet.qos === 2 ? callback() : callback(LATER)));

  const giveUp = client.onKeepaliveTimeout.bind(client);
  client.onKeepaliveTimeout = () => {
    if (!deaf()) {
      giveUp();
      return;
    }
    client.sendPing();
    client.reschedulePing(true);
  };

  const send = (packet: Packet): void =>
    // Without a connection mqtt.js would keep the packet for the next one, where the id means another message.
    client.connected ? (client as unknown as { _sendPacket: (packet: Packet) => void })._sendPacket(packet) : undefined;

  let due: number[] = [];
  const flush = (): void => {
    const ids = due;
    due = [];
    // Without a connection the ids mean nothing any more: the next one has its own. None are due if `disconnect` was quicker, and
    // even an empty write behind the end would destroy the stream, with what it has not sent yet.
    if (ids.length === 0 || !client.connected) return;
    const packets = Buffer.allocUnsafe(ids.length * PUBACK_SIZE);
    ids.forEach((id, i) => {
      packets.writeUInt16BE(PUBACK_HEADER, i * PUBACK_SIZE);
      packets.writeUInt16BE(id, i * PUBACK_SIZE + 2);
    });
    client.stream.write(packets);
  };

  return {
    puback: (messageId) => {
      if (due.push(messageId) === 1) queueMicrotask(flush);
    },
    disconnect: (gone) => {
      if (due.length > 0) flush();
      send({ cmd: 'disconnect' });
      // Closed while unread data waits, a socket is reset, and the last PUBACKs may be lost with it: the broker closes first.
      const deadline = scheduler.schedule(gone, PARTING);
      client.stream.once('close', () => {
        deadline.unsubscribe();
        gone();
      });
      client.stream.end();
    },
  };
};
