import { connect } from 'node:net';
import { generate } from 'mqtt-packet';
import type { Order } from './fork-devices.js';

/*
 * Devices in a process of their own: `tsx devices.ts BROKER_PORT`, told over IPC how many shall send what. They share twenty connections, one
 * for each of the first twenty. It speaks just enough MQTT 3.1.1 to be cheap, because it shares the cores with what is
 * measured: CONNECT, QoS 1 PUBLISH, and each four bytes that come back are a PUBACK.
 */
const CONNECTIONS = 20;
const DEVICES = 20;
/** Unacknowledged by the broker, all devices together. */
const IN_FLIGHT = 4000;

/** The n-th messages of all that are sent, in their order. */
type Write = (nths: readonly number[]) => void;

const port = Number(process.argv[2]);
const now = (): number => performance.timeOrigin + performance.now();

let job: Extract<Order, { do: 'send' }> | undefined;
let writers: readonly Write[] = [];
let devices = DEVICES;
let topics: readonly string[] = [];
let began = 0;
let sent = 0;
let acknowledged = 0;
let arrived = 0;

/** About 130 bytes. */
const payload = (seq: number): string =>
  `{"seq":${seq},"sent":${now().toFixed(3)},"temperature":${20 + (seq % 100) / 10},"humidity":${40 + (seq % 200) / 10},` +
  `"pressure":${1000 + (seq % 300) / 10},"vibration":0.0173204}`;

const pump = (): void => {
  if (job === undefined) return;
  const due = job.rate === undefined ? job.messages : 1 + Math.floor(((now() - began) * job.rate) / 1000);
  const allowed = Math.min(arrived + (job.ahead ?? Infinity), Math.floor(acknowledged) + IN_FLIGHT);
  const limit = Math.min(job.messages, due, allowed);
  if (sent < limit) {
    const turns = writers.map((): number[] => []);
    for (; sent < limit; sent += 1) turns[(sent % devices) % CONNECTIONS]!.push(sent);
    turns.forEach((nths, connection) => nths.length > 0 && writers[connection]!(nths));
  }
  if (acknowledged < job.messages) return;
  job = undefined;
  process.send?.({ done: true });
};

const topicOf = (device: number): string => `sensor/device-${String(device).padStart(2, '0')}/data`;

const open = (connection: number): Promise<Write> =>
  new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    let messageId = 0;
    const packet = (nth: number): Buffer =>
      generate({
        cmd: 'publish',
        topic: topics[nth % devices]!,
        payload: payload(Math.floor(nth / devices)),
        qos: 1,
        messageId: (messageId = (messageId % 65_535) + 1),
        dup: false,
        retain: false,
      });
    socket.once('error', reject);
    socket.once('close', () => process.exit(1));
    // CONNACK: four bytes too.
    socket.once('data', () => {
      socket.on('data', (bytes) => {
        acknowledged += bytes.length / 4;
        pump();
      });
      resolve((nths) => void socket.write(Buffer.concat(nths.map(packet))));
    });
    socket.write(
      generate({
        cmd: 'connect',
        clientId: `devices-${connection}`,
        protocolId: 'MQTT',
        protocolVersion: 4,
        clean: true,
        keepalive: 0,
      }),
    );
  });

process.on('message', (order: Order) => {
  if (order.do === 'arrived') arrived = order.n;
  else {
    job = order;
    devices = order.devices ?? DEVICES;
    topics = Array.from({ length: devices }, (_, device) => topicOf(device));
    began = now();
    sent = acknowledged = arrived = 0;
  }
  pump();
});
process.on('disconnect', () => process.exit(0));

writers = await Promise.all(Array.from({ length: CONNECTIONS }, (_, connection) => open(connection)));
setInterval(() => {
  if (job?.rate !== undefined) pump();
}, 1);
process.send?.({ ready: true });
