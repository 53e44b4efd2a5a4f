import { createServer, type AddressInfo, type Socket } from 'node:net';
import type { Lab } from './lab.js';
import { servedLedger, type Asked } from './served.js';

/** How a slave treats what it is asked. `away`: connections are ended. `hung`: nothing is answered until it is sound again. */
type Mode = 'sound' | 'hung' | 'slow' | 'away';

/** Seconds that the gateway waits for an answer. */
const TIMEOUT = 0.8;
/** Ms in which it has surely not ended waiting. */
const PATIENCE = 600;
/** Ms between two polls of a slave. */
const PERIOD = 10;
/** Ms that a slow slave takes, in turn; the last is too long. */
const SLOW = [20, 150, 60, 350, 1_100];
/** Answers until it goes wrong. */
const SOON = 10;
const FIRST = 'slave-0';
const HEADER = 7;
const READ = 3;
const WRITE = 6;

const device = (port: number, name: string): object => ({
  host: '127.0.0.1',
  port,
  method: 'socket',
  unitId: 1,
  deviceName: name,
  timeout: TIMEOUT,
  retries: 0,
  pollPeriod: PERIOD,
  connectAttemptCount: 1_000,
  byteOrder: 'BIG',
  wordOrder: 'BIG',
  timeseries: [{ tag: 'seq', type: '32uint', functionCode: READ, objectsCount: 2, address: 0 }],
  rpc: [{ tag: 'setLevel', type: '16uint', functionCode: WRITE, objectsCount: 1, address: 9 }],
});

/** Said on the wire in place of a number, if the proof is to fail: two answers of one slave are alike, or change places. */
const sabotaged = (how: string | undefined, seq: number, at: number): number => {
  if (how === 'lose' && seq === at) return seq - 1;
  return how === 'swap' && (seq === at || seq === at + 1) ? 2 * at + 1 - seq : seq;
};

/**
 * Modbus TCP slaves, one to a port. What each is asked for is a register that counts up with each answer, so that no value is served twice; what was served is
 * in the ledger. What was written is counted by its value.
 */
export const startSlaves = async (lab: Pick<Lab, 'daemons' | 'devices' | 'sabotage' | 'lasts'>, count = 6) => {
  const ledger = servedLedger(PATIENCE);
  const written = new Map<number, number>();
  let connections = 0;
  let latest = 0;
  let wrongAt = Infinity;

  const start = async (name: string) => {
    const sockets = new Set<Socket>();
    const held: (() => void)[] = [];
    let mode: Mode = 'sound';
    let turn = 0;
    let isTorn = false;

    const answer = (socket: Socket, request: Buffer, asked: Asked): void => {
      if (socket.destroyed || !sockets.has(socket)) return;
      if (request[HEADER] === WRITE) {
        const value = request.readUInt16BE(HEADER + 3);
        written.set(value, (written.get(value) ?? 0) + 1);
        ledger.answered(asked);
        socket.write(request);
        return;
      }
      const seq = ledger.served(name, asked);
      lab.devices.sentElsewhere(name);
      if (name === FIRST) latest = seq;
      const bytes = Buffer.alloc(HEADER + 6);
      request.copy(bytes, 0, 0, 4);
      bytes.writeUInt16BE(7, 4);
      bytes.set([1, READ, 4], HEADER - 1);
      bytes.writeUInt32BE(name === FIRST ? sabotaged(lab.sabotage, seq, wrongAt) : seq, HEADER + 2);
      if (!isTorn) socket.write(bytes);
      else socket.end(bytes.subarray(0, HEADER + 4));
      isTorn = false;
    };
    const server = createServer({ noDelay: true }, (socket) => {
      socket.on('error', () => undefined);
      if (mode === 'away') {
        socket.destroy();
        return;
      }
      connections += 1;
      const [connection, life] = [connections, lab.daemons.length];
      let rest = Buffer.alloc(0);
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket));
      socket.on('data', (bytes) => {
        rest = Buffer.concat([rest, bytes]);
        for (; rest.length >= HEADER + 5; rest = rest.subarray(HEADER + 5)) {
          const request = rest.subarray(0, HEADER + 5);
          const asked = ledger.asked(name, life, connection, performance.now());
          const now = (): void => answer(socket, request, asked);
          if (mode === 'hung') held.push(now);
          else if (mode === 'slow') setTimeout(now, SLOW[(turn += 1) % SLOW.length]);
          else now();
        }
      });
    });
    const port = await new Promise<number>((resolve, reject) => {
      server.once('error', reject);
      server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
    });
    const cut = (): void => sockets.forEach((socket) => socket.destroy());
    return {
      configuration: device(port, name),
      /** What is held is answered when it is hung no more. */
      is: (now: Mode): void => {
        mode = now;
        if (now === 'away') cut();
        if (now !== 'hung') held.splice(0).forEach((late) => late());
      },
      cut,
      /** The next answer ends in the middle, with its connection. */
      tear: (): void => void (isTorn = true),
      close: (): Promise<void> =>
        new Promise((resolve) => {
          server.close(() => resolve());
          cut();
        }),
    };
  };
  const all = await Promise.all(Array.from({ length: count }, (_, i) => start(`slave-${i}`)));

  return {
    all,
    ledger,
    /** What was written, and how often. */
    written: written as ReadonlyMap<number, number>,
    configuration: { master: { slaves: all.map(({ configuration }) => configuration) } },
    /** All is well from now on: what the laboratory does wrong if it is told to, it does now. */
    calm: (): void => void (wrongAt = latest + SOON),
    heal: (): void => all.forEach(({ is }) => is('sound')),
    /** Waits until so many more readings were served. */
    serves: async (more: number, deadlineMs = 20_000): Promise<void> => {
      const wanted = ledger.total() + more;
      for (let waited = 0; ledger.total() < wanted; waited += 5) {
        if (waited > deadlineMs) throw new Error(`${more} more readings were not asked for within ${deadlineMs} ms`);
        await lab.lasts(5);
      }
    },
    close: async (): Promise<void> => {
      await Promise.all(all.map(({ close }) => close()));
    },
  };
};

export type Slaves = Awaited<ReturnType<typeof startSlaves>>;
