import { connect } from 'node:net';
import type { Socket } from 'node:net';

/*
 * The devices of the REST bench, a process of their own: `posts.ts PORT CONNECTIONS`. Each connection is kept, and is one device: it sends a POST, waits
 * for the answer, and sends the next. They write HTTP by hand, for a whole client would take from the gateway's processor what is to be measured.
 */
interface Order {
  readonly messages: number;
}

/** What became of the messages of an order. Times in ms. */
export interface Posted {
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
  /** Answers other than 200. */
  readonly refused: number;
}

const [port = 0, connections = 0] = process.argv.slice(2).map(Number);
const now = (): number => performance.timeOrigin + performance.now();

/** About 130 bytes. */
const payload = (seq: number): string =>
  `{"seq":${seq},"sent":${now().toFixed(3)},"temperature":${20 + (seq % 100) / 10},"humidity":${40 + (seq % 200) / 10},` +
  `"pressure":${1000 + (seq % 300) / 10},"vibration":0.0173204}`;

const sequences = Array.from({ length: connections }, () => 0);
let latencies = new Float64Array(0);
let left = 0;
let answered = 0;
let refused = 0;
let began = 0;

const post = (socket: Socket, device: number): void => {
  const body = payload(sequences[device]!);
  sequences[device]! += 1;
  socket.write(
    `POST /sensors/device-${device} HTTP/1.1\r\nHost: gateway\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  );
};

const finish = (): void => {
  const sorted = latencies.slice(0, answered).sort();
  const at = (q: number): number => sorted[Math.min(answered - 1, Math.floor(q * answered))] ?? 0;
  process.send?.({
    perSecond: (answered * 1_000) / (now() - began),
    p50: at(0.5),
    p99: at(0.99),
    max: sorted.at(-1) ?? 0,
    refused,
  } satisfies Posted);
};

/** A whole answer is in the text. */
const isWhole = (text: string): boolean => {
  const head = text.indexOf('\r\n\r\n');
  if (head < 0) return false;
  const [, length = '0'] = /\r\ncontent-length: *(\d+)/i.exec(text.slice(0, head)) ?? [];
  return text.length >= head + 4 + Number(length);
};

const open = (device: number): Promise<() => void> =>
  new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    let text = '';
    let sentAt = 0;
    const next = (): void => {
      if (left === 0) return;
      left -= 1;
      sentAt = now();
      post(socket, device);
    };
    socket.setEncoding('latin1');
    socket.once('error', reject);
    socket.once('close', () => process.exit(1));
    socket.once('connect', () => resolve(next));
    socket.on('data', (part: string) => {
      text += part;
      if (!isWhole(text)) return;
      if (!text.startsWith('HTTP/1.1 200 ')) refused += 1;
      text = '';
      latencies[answered] = now() - sentAt;
      answered += 1;
      if (answered === latencies.length) finish();
      else next();
    });
  });

const senders = await Promise.all(Array.from({ length: connections }, (_, device) => open(device)));

process.on('message', ({ messages }: Order) => {
  latencies = new Float64Array(messages);
  left = messages;
  answered = refused = 0;
  began = now();
  senders.forEach((send) => send());
});
process.on('disconnect', () => process.exit(0));
process.send?.({ ready: true });
