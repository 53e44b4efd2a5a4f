import { Subject } from 'rxjs';
import { afterEach, vi } from 'vitest';
import type { Command } from '../../../src/model/command.js';
import { decode } from '../../../src/model/decode.js';
import type { Envelope, Nack } from '../../../src/model/envelope.js';
import type { Fact } from '../../../src/model/fact.js';
import type { Data, Message } from '../../../src/model/message.js';
import { restConfig } from '../../../src/sources/rest/config.js';
import { intake } from '../../../src/sources/rest/intake.js';
import type { Converters } from '../../../src/sources/rest/rules.js';

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
export const until = (what: string, test: () => boolean): Promise<unknown> =>
  vi.waitUntil(test, { timeout: 10_000, interval: 2 }).catch(() => {
    throw new Error(`waited in vain until ${what}`);
  });

export const configOf = (file: object) => {
  const { value, problems } = decode(restConfig, file);
  if (value === undefined) throw new Error(JSON.stringify(problems));
  return value;
};

/** A converter that reads `{"name", "temp"}`. */
export const converter = {
  type: 'json',
  deviceInfo: {
    deviceNameExpression: '${name}',
    deviceProfileExpression: 'thermo',
    deviceProfileExpressionSource: 'constant',
  },
  timeseries: [{ type: 'double', key: 'temp', value: '${temp}' }],
};

export interface Running {
  readonly server?: object;
  readonly mapping?: readonly object[];
  readonly requestsMapping?: object;
  readonly folder?: string;
  readonly converters?: Converters;
  /** What becomes of each message. Default: it is acknowledged. */
  readonly settle?: (item: Envelope<Message>) => void;
}

/** The whole REST source on a free port of 127.0.0.1. */
export const running = async ({
  server = {},
  mapping = [{ endpoint: '/data', HTTPMethods: ['POST'], converter }],
  requestsMapping = {},
  folder = '.',
  converters,
  settle = ({ ack }) => ack(),
}: Running = {}) => {
  const config = configOf({ server: { host: '127.0.0.1', port: 0, ...server }, mapping, requestsMapping });
  const seen = {
    messages: [] as Message[],
    facts: [] as Fact[],
    logged: [] as (readonly [string, Readonly<Record<string, unknown>>])[],
    completed: false,
  };
  const note = (text: string, details: Readonly<Record<string, unknown>> = {}): void =>
    void seen.logged.push([text, details]);
  const commands = new Subject<Command>();
  const subscription = intake(
    config,
    {
      name: 'rest',
      folder,
      fact: (fact) => void seen.facts.push(fact),
      log: { debug: note, info: note, warn: note, error: note },
    },
    { backoff: () => 20, workingFolder: folder },
    converters,
  )(commands).subscribe({
    next: (item) => {
      seen.messages.push(item.value);
      settle(item);
    },
    complete: () => (seen.completed = true),
  });
  undone(subscription, (open) => open.unsubscribe());
  const address = (): string | undefined =>
    seen.logged.find(([text]) => text === 'listening')?.[1].address as string | undefined;
  await until('it listens', () => address() !== undefined);
  const scheme = config.server.SSL ? 'https' : 'http';
  const url = `${scheme}://${address()!}`;
  return Object.assign(seen, {
    url,
    port: Number(new URL(url).port),
    commands,
    unsubscribe: () => subscription.unsubscribe(),
    data: (): readonly Data[] => seen.messages.filter((message) => message.kind === 'data'),
    counted: (counter: string): number =>
      seen.facts.reduce((sum, fact) => sum + (fact.kind === 'count' && fact.counter === counter ? fact.n : 0), 0),
    phases: (): readonly string[] => seen.facts.flatMap((fact) => (fact.kind === 'state' ? [fact.phase] : [])),
    post: (path: string, body: string | object, init: RequestInit = {}): Promise<Response> =>
      fetch(url + path, {
        method: 'POST',
        body:
          typeof body === 'string' || body instanceof FormData || body instanceof URLSearchParams
            ? body
            : JSON.stringify(body),
        ...(typeof body === 'object' && !(body instanceof FormData) && !(body instanceof URLSearchParams)
          ? { headers: { 'content-type': 'application/json' } }
          : {}),
        ...init,
      }),
  });
};

/** Keeps what comes until the test settles it. */
export const holding = () => {
  const held: Envelope<Message>[] = [];
  return {
    held,
    settle: (item: Envelope<Message>): void => void held.push(item),
    one: () => until('a message has come', () => held.length > 0),
  };
};

export const refusing =
  (why: Nack) =>
  ({ nack }: Envelope<Message>): void =>
    nack(why);
