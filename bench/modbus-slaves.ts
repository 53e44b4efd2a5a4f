import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';

/*
 * Modbus slaves in a process of their own: `tsx modbus-slaves.ts PORTS UNITS`. On each port there are as many units, which answer requests to read registers
 * at once; every register holds its own address. Told over IPC which units are dead (`{dead: [3, 4]}`) and to report (`{report: true}`), it says how often each
 * unit was asked, by `port number:unit`, and how many registers were read. It is light because it shares the cores with what is measured.
 */
const [ports = 1, units = 1] = process.argv.slice(2).map(Number);

const asked = new Map<string, number>();
let registers = 0;
let dead = new Set<number>();

const answer = (place: number, request: Buffer): Buffer | undefined => {
  const [unit, code] = [request[6]!, request[7]!];
  if (unit < 1 || unit > units) return undefined;
  const name = `${place}:${unit}`;
  asked.set(name, (asked.get(name) ?? 0) + 1);
  if (dead.has(unit)) return undefined;
  const [from, count] = [request.readUInt16BE(8), request.readUInt16BE(10)];
  registers += count;
  const bytes = Buffer.alloc(9 + count * 2);
  request.copy(bytes, 0, 0, 4);
  bytes.writeUInt16BE(3 + count * 2, 4);
  bytes[6] = unit;
  bytes[7] = code;
  bytes[8] = count * 2;
  for (let i = 0; i < count; i += 1) bytes.writeUInt16BE((from + i) & 0xffff, 9 + i * 2);
  return bytes;
};

const listen = (place: number): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer({ noDelay: true }, (socket) => {
      socket.on('error', () => undefined);
      socket.on('data', (bytes) => {
        for (let at = 0; at + 12 <= bytes.length; at += 12) {
          const said = answer(place, bytes.subarray(at, at + 12));
          if (said !== undefined) socket.write(said);
        }
      });
    });
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });

process.on('message', (order: { readonly dead?: readonly number[]; readonly report?: true }) => {
  if (order.dead !== undefined) dead = new Set(order.dead);
  if (order.report === true) process.send?.({ asked: Object.fromEntries(asked), registers });
});
process.on('disconnect', () => process.exit(0));
process.send?.({ ports: await Promise.all(Array.from({ length: ports }, (_, place) => listen(place))) });
