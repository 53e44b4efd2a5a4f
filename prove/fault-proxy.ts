import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { mqttFrames } from './mqtt-frames.js';

/** Gets one MQTT packet on its way to the gateway, and says what is passed on instead. */
export type Alter = (packet: Buffer) => readonly Buffer[];

const asItIs: Alter = (packet) => [packet];
interface Link {
  readonly cut: () => void;
  readonly vanish: () => void;
  readonly flow: () => void;
}

/** How often a slow line moves its bytes, in ms. */
const TICK = 50;
/** What a line keeps in memory before it stops reading. */
const MOST = 16 * 1024;

/** One direction of a connection: passes bytes on at the pace of the line. */
const pipe = (from: Socket, to: Socket, pace: () => number, change: (bytes: Buffer) => Buffer) => {
  let waiting = Buffer.alloc(0);
  let ended = false;
  let gone = false;
  const flow = (): void => {
    if (gone) return;
    const budget = pace() === Infinity ? waiting.length : Math.floor((pace() * TICK) / 1000);
    const now = waiting.subarray(0, budget);
    waiting = waiting.subarray(now.length);
    if (now.length > 0 && !to.write(now)) {
      from.pause();
      to.once('drain', flow);
      return;
    }
    if (waiting.length < MOST && pace() > 0) from.resume();
    if (ended && waiting.length === 0) to.end();
  };
  from.on('data', (bytes) => {
    if (gone) return;
    waiting = Buffer.concat([waiting, change(bytes)]);
    if (waiting.length >= MOST) from.pause();
    if (pace() === Infinity) flow();
  });
  from.on('end', () => {
    ended = true;
    flow();
  });
  const clock = setInterval(flow, TICK);
  return {
    flow,
    /** From now on bytes vanish. */
    lose: (): void => {
      gone = true;
      waiting = Buffer.alloc(0);
      from.resume();
    },
    stop: (): void => clearInterval(clock),
  };
};

/**
 * A TCP line on 127.0.0.1 between the gateway and a peer, which can be bad in all ways that lines are. `down` is the way to the gateway. Without a fault
 * bytes pass at once and unchanged, but for what `always` does.
 */
export const startFaultProxy = async (target: number, always: Alter = asItIs) => {
  const links = new Set<Link>();
  let connections = 0;
  let isAway = false;
  let isHung = false;
  let speed = Infinity;
  let alter: Alter = asItIs;
  const pace = (): number => (isHung ? 0 : speed);

  const server = createServer({ allowHalfOpen: true }, (gateway) => {
    gateway.on('error', () => undefined);
    if (isAway) {
      gateway.destroy();
      return;
    }
    connections += 1;
    const peer = connect({ port: target, host: '127.0.0.1', allowHalfOpen: true });
    peer.on('error', () => undefined);
    const frames = mqttFrames();
    let vanished = false;
    const up = pipe(gateway, peer, pace, (bytes) => bytes);
    const down = pipe(peer, gateway, pace, (bytes) =>
      Buffer.concat(frames(bytes).flatMap((packet) => always(packet).flatMap(alter))),
    );
    const link = {
      cut: (): void => {
        gateway.destroy();
        peer.destroy();
      },
      vanish: (): void => {
        vanished = true;
        up.lose();
        down.lose();
        peer.destroy();
      },
      flow: (): void => {
        up.flow();
        down.flow();
      },
    };
    links.add(link);
    for (const [socket, other] of [
      [gateway, peer],
      [peer, gateway],
    ] as const) {
      socket.setNoDelay(true);
      socket.on('close', () => {
        if (vanished && socket === peer) return;
        // What was said last is still passed on.
        link.flow();
        up.stop();
        down.stop();
        links.delete(link);
        other.destroySoon();
      });
    }
  });
  const port = await new Promise<number>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
  const each = (act: (link: Link) => void): void => [...links].forEach(act);
  const heal = (): void => {
    isAway = false;
    isHung = false;
    speed = Infinity;
    alter = asItIs;
    each(({ flow }) => flow());
  };

  return {
    port,
    /** How many were let in. */
    connections: () => connections,
    cut: () => each(({ cut }) => cut()),
    /** Ends all connections; new ones are ended at once. */
    away: () => {
      isAway = true;
      each(({ cut }) => cut());
    },
    /** Connections stay and are let in, nothing passes. */
    hang: () => void (isHung = true),
    /** The peer has lost all connections and the gateway is not told: what it writes vanishes. New connections are sound. */
    halfOpen: () => each(({ vanish }) => vanish()),
    /** Bytes in a second, each way and connection. */
    slow: (bytesPerSecond: number) => void (speed = bytesPerSecond),
    alter: (how: Alter) => void (alter = how),
    /** Ends every fault. */
    heal,
    close: async (): Promise<void> => {
      const closed = new Promise((resolve) => server.close(resolve));
      each(({ cut }) => cut());
      await closed;
    },
  };
};

export type FaultProxy = Awaited<ReturnType<typeof startFaultProxy>>;
