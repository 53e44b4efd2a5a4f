import { connectAsync, type MqttClient } from 'mqtt';
import { asyncScheduler, ReplaySubject, type SchedulerLike, type Subscription } from 'rxjs';
import { afterEach, vi } from 'vitest';
import type { Envelope, Nack } from '../../../src/model/envelope.js';
import { client, type Received } from '../../../src/sources/mqtt/client.js';
import type { BrokerOptions } from '../../../src/sources/mqtt/connection/connect-options.js';
import type { Subscribed } from '../../../src/sources/mqtt/connection/subscriptions.js';
import { unsettled } from '../../../src/sources/mqtt/connection/unsettled.js';
import { startTap, type Tap } from '../../peers/tap.js';

/** What a test started, to be undone after it. */
const cleanups: (() => unknown)[] = [];
/** Gives the value back and undoes it after the test. */
export const undone = <T>(value: T, undo: (value: T) => unknown): T => {
  cleanups.push(() => undo(value));
  return value;
};
afterEach(async () => {
  for (const undo of cleanups.splice(0).reverse()) await undo();
});

/** Waits for a condition, 10 s at most. */
export const until = (what: string, test: () => boolean, timeout = 10_000): Promise<unknown> =>
  vi.waitUntil(test, { timeout, interval: 2 }).catch(() => {
    throw new Error(`waited in vain until ${what}`);
  });

const defaults = {
  host: '127.0.0.1',
  clientId: 'gateway',
  keepAlive: 60,
  cleanSession: false,
  cleanStart: false,
  sessionExpiryInterval: 3600,
  security: { type: 'anonymous' },
  maxUnacknowledgedMessages: 5000,
  maxUnacknowledgedBytes: 64 * 1024 * 1024,
} as const;

export const everything: readonly Subscribed[] = [{ topicFilter: '#', qos: 1 }];

export interface Listening {
  readonly port: number;
  readonly version: 3 | 4 | 5;
  readonly options?: Partial<BrokerOptions>;
  readonly filters?: readonly Subscribed[];
  readonly account?: ReturnType<typeof unsettled>;
  readonly read?: (path: string) => Buffer;
  readonly scheduler?: SchedulerLike;
}

const noFile = (): never => {
  throw new Error('no such file');
};

/** Subscribes to a client and writes down what it does. */
export const listen = ({
  port,
  version,
  options = {},
  filters = everything,
  account,
  read = noFile,
  scheduler = asyncScheduler,
}: Listening) => {
  const broker: BrokerOptions = { ...defaults, port, version, ...options };
  const stop = new ReplaySubject<void>(1);
  const seen = {
    envelopes: [] as Envelope<Received>[],
    connected: 0,
    resumed: undefined as boolean | undefined,
    filters: [] as (readonly [string, string])[],
    lowered: [] as (readonly [string, number])[],
    refused: [] as Nack[],
    error: undefined as unknown,
    completed: false,
  };
  const subscription: Subscription = client(broker, filters, {
    unsettled:
      account ?? unsettled({ messages: broker.maxUnacknowledgedMessages, bytes: broker.maxUnacknowledgedBytes }),
    stop,
    read,
    onConnected: (resumed) => {
      seen.connected += 1;
      seen.resumed = resumed;
    },
    onFilterRefused: (filter, why) => seen.filters.push([filter, why]),
    onQosLowered: (filter, qos) => seen.lowered.push([filter, qos]),
    onRefused: (why) => seen.refused.push(why),
    scheduler,
  }).subscribe({
    next: (envelope) => seen.envelopes.push(envelope),
    error: (error: unknown) => (seen.error = error),
    complete: () => (seen.completed = true),
  });
  cleanups.push(() => subscription.unsubscribe());
  return Object.assign(seen, {
    stop: () => stop.next(),
    destroy: () => subscription.unsubscribe(),
    texts: () => seen.envelopes.map(({ value }) => value.payload.toString()),
    received: (n: number) => until(`${n} messages are received`, () => seen.envelopes.length >= n),
  });
};

export type Listener = ReturnType<typeof listen>;
export const ready = async (listener: Listener): Promise<Listener> => {
  await until('it is connected', () => listener.connected > 0);
  return listener;
};

export const publisher = async (port: number): Promise<MqttClient> =>
  undone(await connectAsync(`mqtt://127.0.0.1:${port}`, { reconnectPeriod: 0 }), (device) => device.endAsync(true));

export const publishAll = (device: MqttClient, n: number, topic = 'a'): Promise<unknown> =>
  Promise.all(Array.from({ length: n }, (_, i) => device.publishAsync(topic, String(i), { qos: 1 })));

export const numbers = (n: number, from = 0): readonly string[] =>
  Array.from({ length: n }, (_, i) => String(from + i));

export const tapOf = async (port: number): Promise<Tap> => undone(await startTap({ port }), (tap) => tap.close());
