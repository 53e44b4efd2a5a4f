import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { parser as makeParser, type IPublishPacket, type Packet, type Parser } from 'mqtt-packet';
import { waiting } from './platform/waiting.js';

/** A message on its way from the broker to the client. `n` counts the messages of its connection. */
export interface Tapped {
  readonly connection: number;
  readonly n: number;
  readonly topic: string;
  readonly payload: string;
  readonly qos: number;
  readonly dup: boolean;
}

export interface TapOptions {
  readonly port: number;
  readonly host?: string;
  /** Default 0: any free port. */
  readonly listenPort?: number;
  /** Default true. When false only the counts and `onAcknowledged` tell of messages. */
  readonly keep?: boolean;
  readonly onAcknowledged?: (message: Tapped) => void;
}

const FIRST_PIECES = 100;

/**
 * A TCP proxy before a device broker that reads the MQTT going through. It writes down each PUBLISH the broker delivers and each PUBACK
 * the client gives for one, when its bytes are passed on: what is in `acknowledged` the client has promised to keep. PUBACKs in another
 * order than their PUBLISHes count as `orderViolations`, PUBACKs of unknown ids as `strayPubacks`. Bytes are never changed.
 */
export const startTap = async ({
  port: target,
  host = '127.0.0.1',
  listenPort = 0,
  keep = true,
  onAcknowledged,
}: TapOptions) => {
  const delivered: Tapped[] = [];
  const acknowledged: Tapped[] = [];
  const refused: Tapped[] = [];
  const sent: Buffer[] = [];
  const counts = { delivered: 0, acknowledged: 0, refused: 0, orderViolations: 0, strayPubacks: 0, unparsed: 0 };
  const sockets = new Set<Socket>();
  let connections = 0;
  let refusing = false;
  let paused = false;
  const { until, changed } = waiting(() => `${connections} connections, ${JSON.stringify(counts)}`);

  /** Reads one connection's two directions. */
  const reader = (connection: number) => {
    const open = new Map<number, Tapped>();
    let down: Parser = makeParser();
    let serial = 0;
    let lastAcknowledged = -1;

    const publish = ({ topic, payload, qos, dup, messageId = 0 }: IPublishPacket): void => {
      const n = qos === 0 ? -1 : serial++;
      const message: Tapped = { connection, n, topic, payload: payload.toString(), qos, dup };
      counts.delivered += 1;
      if (keep) delivered.push(message);
      if (qos > 0) open.set(messageId, message);
    };
    const puback = (messageId: number, reason: number): void => {
      const message = open.get(messageId);
      if (message === undefined) {
        counts.strayPubacks += 1;
        return;
      }
      open.delete(messageId);
      if (message.n !== lastAcknowledged + 1) counts.orderViolations += 1;
      lastAcknowledged = Math.max(lastAcknowledged, message.n);
      if (reason >= 128) {
        counts.refused += 1;
        if (keep) refused.push(message);
        return;
      }
      counts.acknowledged += 1;
      if (keep) acknowledged.push(message);
      onAcknowledged?.(message);
    };
    const listening = (parser: Parser, packet: (packet: Packet) => void): Parser =>
      parser.on('packet', packet).on('error', () => (counts.unparsed += 1));
    const onDown = (packet: Packet): void => {
      if (packet.cmd === 'publish') publish(packet);
    };
    const up = listening(makeParser(), (packet) => {
      if (packet.cmd === 'connect') down = listening(makeParser({ protocolVersion: packet.protocolVersion }), onDown);
      else if (packet.cmd === 'puback') puback(packet.messageId ?? 0, packet.reasonCode ?? 0);
    });
    const upward = (bytes: Buffer): void => {
      if (keep && sent.length < FIRST_PIECES) sent.push(bytes);
      up.parse(bytes);
    };
    return { up: upward, down: (bytes: Buffer) => down.parse(bytes) };
  };

  const server = createServer((client) => {
    connections += 1;
    if (refusing) {
      client.destroy();
      changed();
      return;
    }
    const broker = connect(target, host);
    const read = reader(connections);
    const pair = [client, broker] as const;
    const join = (from: Socket, to: Socket, parse: (bytes: Buffer) => void): void => {
      sockets.add(from);
      from.setNoDelay(true);
      from.on('data', (bytes) => {
        parse(bytes);
        if (!to.write(bytes)) from.pause();
        changed();
      });
      from.on('drain', () => {
        if (!paused) to.resume();
      });
      from.on('end', () => to.end());
      from.on('error', () => undefined);
      from.on('close', () => {
        sockets.delete(from);
        to.destroySoon();
        changed();
      });
      if (paused) from.pause();
    };
    join(client, broker, read.up);
    join(broker, client, read.down);
    for (const socket of pair) socket.on('error', () => pair.forEach((each) => each.destroy()));
    changed();
  });
  const port = await new Promise<number>((resolve, reject) => {
    server.once('error', reject);
    server.listen(listenPort, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };

  return {
    port,
    url: `mqtt://127.0.0.1:${port}`,
    delivered,
    acknowledged,
    refused,
    /** What clients sent at first, as it came: a hundred pieces at most. */
    sent: sent as readonly Buffer[],
    counts: counts as Readonly<typeof counts>,
    connections: () => connections,
    until,
    /** Destroys all connections; new ones are let in. */
    cut,
    /** Bytes stall both ways; connections stay open. */
    pause: () => {
      paused = true;
      for (const socket of sockets) socket.pause();
    },
    resume: () => {
      paused = false;
      for (const socket of sockets) socket.resume();
    },
    /** New connections are destroyed at once. */
    refuse: (yes: boolean) => void (refusing = yes),
    close: async (): Promise<void> => {
      const closed = new Promise((resolve) => server.close(resolve));
      cut();
      await closed;
    },
  };
};

export type Tap = Awaited<ReturnType<typeof startTap>>;
