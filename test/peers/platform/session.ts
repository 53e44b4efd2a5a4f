import type { Socket } from 'node:net';
import { parser as makeParser, type IConnectPacket, type ISubscribePacket, type Packet } from 'mqtt-packet';
import type { Push } from './contract.js';
import { credentials } from './credentials.js';
import type { Hub } from './hub.js';
import type { Link } from './outcome.js';
import { provisioning, provisionResponse, provisionUser } from './provisioning.js';
import { publishes } from './publishes.js';
import { wire } from './wire.js';

const filters: ReadonlySet<string> = new Set([
  'v1/gateway/attributes',
  'v1/gateway/attributes/response',
  'v1/gateway/rpc',
  'v1/devices/me/attributes',
  'v1/devices/me/attributes/response/+',
  'v1/devices/me/rpc/request/+',
  'v1/devices/me/rpc/response/+',
]);

/** The two subscriptions which the server forwards to the entity, each counted as a message. */
const counted: ReadonlySet<string> = new Set(['v1/devices/me/attributes', 'v1/devices/me/rpc/request/+']);

const oldCodes = new Map([
  [133, 2],
  [134, 5],
  [135, 5],
  [136, 3],
  [159, 3],
]);

const queueLimit = 100;

/** Bytes of a packet on the wire, given its remaining length. */
const packetBytes = (remaining: number): number =>
  1 + (remaining < 128 ? 1 : remaining < 16_384 ? 2 : remaining < 2_097_152 ? 3 : 4) + remaining;

/** One client's connection to the platform, from CONNECT to its end. Source: the platform's MQTT contract, §1 and §3. */
export const session = (socket: Socket, id: number, hub: Hub) => {
  const out = wire(socket, () => hub.hung);
  const parser = makeParser();
  const link: Link & { gateway: boolean } = { id, announced: new Set(), open: new Set(), gateway: true };
  const publish = publishes(link, out, hub);
  const early: Packet[] = [];
  const pushed = new Map<number, Push>();
  let state: 'new' | 'connecting' | 'open' | 'provisioning' = 'new';
  let downlinkId = 0;

  const accept = (packet: IConnectPacket): void => {
    if (socket.destroyed) return;
    if (hub.options.provisioning !== undefined && packet.username === provisionUser && !packet.password) {
      state = 'provisioning';
      out.send({
        cmd: 'connack',
        sessionPresent: false,
        ...(out.version() === 5 ? { reasonCode: 0 } : { returnCode: 0 }),
      });
      for (const waiting of early.splice(0)) provision(waiting);
      return;
    }
    const judged = hub.refusal ?? credentials(packet, hub.options.accept ?? { accessToken: 'TOKEN' });
    const limited = judged === 0 && !hub.allow.own(0);
    if (limited) hub.violate(`session open beyond the rate limit, connection ${id}`);
    const reason = limited && hub.options.limits?.enforce !== false ? 159 : judged;
    const clean = packet.clean ?? true;
    const { clientId } = packet;
    const version = out.version();
    hub.connects.push({
      connection: id,
      clientId,
      version,
      clean,
      keepalive: packet.keepalive ?? 0,
      at: Date.now(),
      reason,
    });
    if (reason !== 0) {
      const code = version === 5 ? { reasonCode: reason } : { returnCode: oldCodes.get(reason) ?? 5 };
      out.send({ cmd: 'connack', sessionPresent: false, ...code });
      out.end(limited ? 150 : 135);
      return;
    }
    hub.current?.end(142);
    hub.current = self;
    link.gateway = hub.options.gateway !== false;
    state = 'open';
    const code = version === 5 ? { reasonCode: 0 } : { returnCode: 0 };
    out.send({ cmd: 'connack', sessionPresent: !clean, ...code });
    for (const waiting of early.splice(0)) receive(waiting);
    hub.changed();
  };

  const connect = (packet: IConnectPacket): void => {
    state = 'connecting';
    out.speak(packet.protocolVersion ?? 4);
    const delay = hub.options.connackDelayMs ?? 0;
    if (delay > 0) setTimeout(accept, delay, packet);
    else setImmediate(accept, packet);
  };

  const subscribe = ({ messageId = 0, subscriptions }: ISubscribePacket): void => {
    const granted = subscriptions.map(({ topic, qos }) => {
      if (!filters.has(topic)) {
        hub.violate(`unsupported subscription: ${topic}`);
        return out.version() === 5 ? 143 : 128;
      }
      hub.subscriptions.push({ filter: topic, qos, connection: id });
      if (counted.has(topic) && !hub.allow.own(0)) {
        hub.violate(`subscription beyond the rate limit: ${topic}`);
        if (hub.options.limits?.enforce !== false) out.end(131);
      }
      return Math.min(qos, 1);
    });
    out.send({ cmd: 'suback', messageId, granted });
  };

  /** A session that only asks for credentials. */
  const provision = (packet: Packet): void => {
    const options = hub.options.provisioning;
    if (packet.cmd === 'subscribe') {
      const known = packet.subscriptions.every(({ topic }) => topic === provisionResponse);
      if (!known) hub.violate('a subscription that provisioning does not know');
      out.send({ cmd: 'suback', messageId: packet.messageId ?? 0, granted: [known ? 1 : 128] });
    } else if (packet.cmd === 'publish' && options !== undefined) {
      const answer = (hub.provision ??= provisioning(options, hub.violate));
      const { reply, close, accept } = answer(packet.topic, packet.payload.toString());
      if (packet.qos === 1 && packet.messageId !== undefined) out.puback(packet.messageId, close ?? 0);
      if (close !== undefined) out.end(close);
      if (accept !== undefined) hub.options.accept = accept;
      if (reply !== undefined && options.mute !== true) push(provisionResponse, JSON.stringify(reply));
    } else if (packet.cmd === 'disconnect') out.end();
    else if (packet.cmd === 'pingreq') out.send({ cmd: 'pingresp' });
    else if (packet.cmd !== 'puback') hub.violate(`unexpected ${packet.cmd} while provisioning`);
    hub.changed();
  };

  const receive = (packet: Packet): void => {
    switch (packet.cmd) {
      case 'publish':
        publish(packet, packetBytes(packet.length ?? 0));
        break;
      case 'subscribe':
        subscribe(packet);
        break;
      case 'unsubscribe':
        out.send({ cmd: 'unsuback', messageId: packet.messageId ?? 0, granted: packet.unsubscriptions.map(() => 0) });
        break;
      case 'pingreq':
        out.send({ cmd: 'pingresp' });
        break;
      case 'puback': {
        const push = pushed.get(packet.messageId ?? 0);
        if (push === undefined) hub.violate(`PUBACK of an unknown message id, connection ${id}`);
        else push.acknowledgedAt = Date.now();
        pushed.delete(packet.messageId ?? 0);
        break;
      }
      case 'disconnect':
        out.end();
        break;
      default:
        hub.violate(`unexpected ${packet.cmd}, connection ${id}`);
        out.end(130);
    }
    hub.changed();
  };

  parser.on('packet', (packet) => {
    if (out.ended()) return;
    const bytes = packetBytes(packet.length ?? 0);
    if (bytes > (hub.options.maxPacketBytes ?? 65_536)) {
      hub.violate(`packet of ${bytes} bytes is over the size limit`);
      out.end(129);
    } else if (state === 'open') receive(packet);
    else if (state === 'provisioning') provision(packet);
    else if (state === 'new' && packet.cmd === 'connect') connect(packet);
    else if (state === 'new') {
      hub.violate(`${packet.cmd} before CONNECT, connection ${id}`);
      out.end();
    } else if (packet.cmd === 'disconnect') out.end();
    else {
      hub.violate(`${packet.cmd} before CONNACK, connection ${id}`);
      early.push(packet);
      if (early.length > queueLimit) out.end(151);
    }
  });
  parser.on('error', (error: Error) => {
    hub.violate(`undecodable packet: ${error.message}`);
    out.end(129);
  });
  socket.on('data', (bytes) => {
    if (!out.ended()) parser.parse(bytes);
  });
  socket.on('error', () => undefined);
  socket.on('close', () => {
    if (hub.current === self) hub.current = undefined;
    hub.changed();
  });
  socket.setNoDelay(true);

  const push = (topic: string, payload: string): Push => {
    downlinkId = (downlinkId % 65_535) + 1;
    const record: Push = { topic, payload, messageId: downlinkId, sentAt: Date.now() };
    pushed.set(downlinkId, record);
    out.send({ cmd: 'publish', topic, payload, qos: 1, dup: false, retain: false, messageId: downlinkId });
    return record;
  };

  const self = {
    id,
    link: link as Readonly<Link>,
    end: (code?: number): void => out.end(code),
    push,
    pause: (): void => void socket.pause(),
    resume: (): void => {
      socket.resume();
      out.flush();
    },
  };
  return self;
};

export interface Session {
  readonly id: number;
  readonly link: Readonly<Link>;
  readonly end: (code?: number) => void;
  readonly push: (topic: string, payload: string) => Push;
  readonly pause: () => void;
  readonly resume: () => void;
}
