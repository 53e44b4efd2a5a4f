import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NEVER, of, Subject, takeUntil } from 'rxjs';
import { expect, it, onTestFinished } from 'vitest';
import type { Command } from '../../../src/model/command.js';
import { decode } from '../../../src/model/decode.js';
import { envelope } from '../../../src/model/envelope.js';
import type { Fact } from '../../../src/model/fact.js';
import type { Message } from '../../../src/model/message.js';
import type { Received } from '../../../src/sources/mqtt/client.js';
import { mqttConfig } from '../../../src/sources/mqtt/config.js';
import type { Halves } from '../../../src/sources/mqtt/intake.js';
import type { Subscribed } from '../../../src/sources/mqtt/connection/subscriptions.js';
import { uplink } from '../../../src/sources/mqtt/uplink.js';
import { withExtensions } from '../../../src/sources/mqtt/with-extensions.js';
import { until } from './listen.js';

const deviceInfo = { deviceNameExpressionSource: 'constant', deviceNameExpression: 'D' };

/** The source with a wire that brings one message on each topic, against modules of a folder of its own. */
const start = (file: object, modules: Readonly<Record<string, string>> = {}, topics: readonly string[] = []) => {
  const folder = mkdtempSync(join(tmpdir(), 'with-extensions-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, 'extensions/mqtt'), { recursive: true });
  for (const [name, code] of Object.entries(modules)) writeFileSync(join(folder, 'extensions/mqtt', name), code);
  const seen = {
    asked: [] as (readonly Subscribed[])[],
    messages: [] as Message[],
    facts: [] as Fact[],
    errors: [] as string[],
    settled: 0,
    completed: false,
  };
  const connect: Halves['connect'] = (_broker, subscriptions, { stop }) => {
    seen.asked.push(subscriptions);
    const raws = topics.map((topic): Received => ({ topic, payload: Buffer.from('{}'), retained: false, qos: 1 }));
    const settle = (): void => void (seen.settled += 1);
    return topics.length === 0 ? NEVER.pipe(takeUntil(stop)) : of(...raws.map((raw) => envelope(raw, settle, settle)));
  };
  const nothing = (): void => undefined;
  const config = decode(mqttConfig, { broker: { host: 'h', security: { type: 'anonymous' } }, ...file }).value!;
  const commands = new Subject<Command>();
  const source = withExtensions({ connect, uplink })(config, {
    name: 'mqtt',
    folder,
    fact: (fact) => void seen.facts.push(fact),
    log: { debug: nothing, info: nothing, warn: nothing, error: (text) => void seen.errors.push(text) },
  });
  const subscription = source(commands).subscribe({
    next: ({ value, ack }) => {
      seen.messages.push(value);
      ack();
    },
    complete: () => (seen.completed = true),
  });
  onTestFinished(() => subscription.unsubscribe());
  return Object.assign(seen, { commands });
};

it('connects only when the converters are there, and converts with them', async () => {
  const seen = start(
    { mapping: [{ topicFilter: 'a', converter: { extension: 'Mine' } }] },
    { 'Mine.mjs': "export default () => () => ({ deviceName: 'M', telemetry: { ts: 5, values: { a: 1 } } });" },
    ['a'],
  );
  expect(seen.asked).toEqual([]);
  await until('a message has come', () => seen.messages.length > 0);
  expect(seen.messages[0]).toMatchObject({ kind: 'data', device: 'M', telemetry: [{ ts: 5, values: { a: 1 } }] });
});

it('says what cannot be loaded, counts its messages as failed and settles them, and goes on with the others', async () => {
  const json = { type: 'json', deviceInfo, timeseries: [{ key: 'k', value: 'v' }] };
  const seen = start(
    {
      mapping: [
        { topicFilter: 'a', converter: { extension: 'Absent' } },
        { topicFilter: 'b', converter: json },
      ],
    },
    {},
    ['a', 'b'],
  );
  await until('a message has come', () => seen.messages.length > 0);
  expect(seen.messages).toMatchObject([{ device: 'D' }]);
  expect(seen.settled).toBe(2);
  expect(seen.errors).toEqual(['a converter cannot be used: the messages of its mapping will be lost']);
  expect(seen.facts.filter(({ kind }) => kind === 'alert')).toMatchObject([{ code: 'CONFIG_INVALID' }]);
  expect(seen.facts.filter(({ kind }) => kind === 'count')).toMatchObject([{ counter: 'failed', n: 1 }]);
});

it('subscribes to the topics of requests too, and passes on who comes and goes', () => {
  const seen = start(
    {
      mapping: [{ topicFilter: 'a', converter: { type: 'json', deviceInfo } }],
      requestsMapping: {
        connectRequests: [{ topicFilter: 'come', deviceInfo }],
        disconnectRequests: [{ topicFilter: 'go', deviceInfo, subscriptionQos: 0 }],
      },
    },
    {},
    ['come', 'go'],
  );
  expect(seen.asked[0]).toEqual([
    { topicFilter: 'a', qos: 1 },
    { topicFilter: 'come', qos: 1 },
    { topicFilter: 'go', qos: 0 },
  ]);
  expect(seen.messages).toEqual([
    { kind: 'connected', device: 'D', profile: 'default' },
    { kind: 'disconnected', device: 'D' },
  ]);
  expect(seen.settled).toBe(2);
});

it('ends if it is asked to while it loads', async () => {
  const seen = start(
    { mapping: [{ topicFilter: 'a', converter: { extension: 'Slow' } }] },
    { 'Slow.mjs': 'await new Promise((resolve) => setImmediate(resolve)); export default () => () => undefined;' },
  );
  seen.commands.complete();
  await until('it has completed', () => seen.completed);
});

it('holds commands that come while it loads', async () => {
  const seen = start(
    { mapping: [{ topicFilter: 'a', converter: { extension: 'Slow' } }] },
    { 'Slow.mjs': 'await new Promise((resolve) => setImmediate(resolve)); export default () => () => undefined;' },
  );
  seen.commands.next({ kind: 'rpc', device: 'D', id: 1, method: 'm', params: null });
  expect(seen.asked).toEqual([]);
  await until('it has loaded', () => seen.asked.length > 0);
  seen.commands.complete();
  await until('it has completed', () => seen.completed);
  expect(seen.messages).toMatchObject([{ kind: 'reply', device: 'D', id: 1, content: { code: 503 } }]);
});
