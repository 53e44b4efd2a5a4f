import fc from 'fast-check';
import { Subject } from 'rxjs';
import { afterEach, expect, test } from 'vitest';
import { decode } from '../../src/model/decode.js';
import { envelope } from '../../src/model/envelope.js';
import type { Envelope } from '../../src/model/envelope.js';
import { ProtocolError } from '../../src/model/errors.js';
import type { Data } from '../../src/model/message.js';
import { convert } from '../../src/operators/convert.js';
import { wellFormed } from '../../src/operators/buffer/well-formed.js';
import { stamper } from '../../src/operators/stamp.js';
import { mqttConfig } from '../../src/sources/mqtt/config.js';
import type { MqttConfig } from '../../src/sources/mqtt/config.js';
import type { Raw } from '../../src/sources/mqtt/connection/raw.js';
import { uplink } from '../../src/sources/mqtt/uplink.js';
import { nastyPayload } from './nasty-json.js';
import { patience, runs } from './runs.js';

const NOW = Date.UTC(2026, 10, 24);

/** Pieces that expressions are made of: paths, slices, wildcards, and what only looks like one. */
const piece = fc.constantFrom(
  '${a}',
  '${name}',
  '${__proto__}',
  '${a.b[0].c}',
  '${$..a}',
  '${$.*.ts}',
  '${a[1:3]}',
  '${a[-1]}',
  '${}',
  '${',
  '}',
  '${constructor.name}',
  '${values.x}',
  '[0:2]',
  '[-3:]',
  '[:]',
  '[9]',
  '[99999999999999999999:]',
  'text',
  ' + 2 ** 9',
  '',
);
const expression = fc.oneof(
  fc.array(piece, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('')),
  fc.string({ maxLength: 12, unit: 'binary' }),
);
const pattern = fc.constantFrom(
  '[^/]+$',
  '(.)(.*)',
  '(?<=a/)(.*?)(?=/b)',
  '(?P<x>\\w+)',
  '(a+)b',
  '.*',
  '\\d{2,}',
  'a|b',
);
const found = fc.oneof(
  fc.record({ source: fc.constantFrom('message', 'constant'), text: expression }),
  fc.record({ source: fc.constant('topic'), text: pattern }),
);
const point = fc
  .record({
    key: found,
    value: expression,
    type: fc.constantFrom(undefined, 'int', 'long', 'double', 'bool', 'string', 'raw', 'nonsense'),
    tsField: fc.option(fc.constantFrom('${ts}', 'a.b', 'timestamp', '${$..ts}'), { nil: undefined }),
    hexMode: fc.boolean(),
    dayfirst: fc.boolean(),
  })
  .map(({ key, ...rest }) => ({ ...JSON.parse(JSON.stringify(rest)), key: key.text, keySource: key.source }) as object);
const points = fc.oneof(fc.constant('*'), fc.array(fc.oneof(fc.constant('*'), point), { maxLength: 4 }));
const converter = fc
  .record({
    type: fc.constantFrom('json', 'bytes'),
    name: found,
    profile: found,
    attributes: points,
    timeseries: points,
    useEval: fc.boolean(),
    useReceivedTs: fc.boolean(),
  })
  .map(({ name, profile, ...rest }) => ({
    ...rest,
    deviceInfo: {
      deviceNameExpressionSource: name.source,
      deviceNameExpression: name.text,
      deviceProfileExpressionSource: profile.source,
      deviceProfileExpression: profile.text,
    },
  }));

const filter = fc.constantFrom('#', '+/b', 'a/#', 'a/b');
const good = {
  topicFilter: 'good/+',
  converter: {
    type: 'json',
    timeseries: [{ key: 'v', value: '${v}' }],
    deviceInfo: { deviceNameExpression: '${name}' },
  },
};
const device = { deviceInfo: { deviceNameExpression: '${name}', deviceProfileExpression: '${a}' } };
const requestsMapping = {
  connectRequests: [{ topicFilter: 'come/#', ...device }],
  disconnectRequests: [{ topicFilter: 'go/#', ...device }],
  attributeRequests: [
    {
      topicFilter: 'ask/#',
      ...device,
      attributeNameExpression: '${$..name}',
      topicExpression: 'x',
      valueExpression: 'y',
    },
  ],
};

const decoded = (file: object) =>
  decode(mqttConfig, { broker: { host: 'h', security: { type: 'anonymous' } }, ...file }).value;
/** Any configuration that the codec lets pass; the good mapping is the last of each. */
const config: fc.Arbitrary<MqttConfig> = fc
  .array(fc.record({ topicFilter: filter, converter }), { minLength: 1, maxLength: 3 })
  .map((mapping) => decoded({ mapping: [...mapping, good], requestsMapping }))
  .filter((value) => value !== undefined);

const topic = fc.oneof(
  fc.constantFrom('a/b', 'a/b/c', 'b', '', 'come/x', 'go/x', 'ask/x', 'a/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'),
  fc.string({ maxLength: 30, unit: 'binary' }),
);
const raw: fc.Arbitrary<Raw> = fc.record({ topic, payload: nastyPayload, retained: fc.boolean() });

/** The converters as they stand in the source. Says how often each message was settled. */
const running = (mqtt: MqttConfig) => {
  const source = new Subject<Envelope<Raw>>();
  const failures: unknown[] = [];
  const data: Data[] = [];
  const state = { ended: false, error: undefined as unknown };
  const stamp = stamper({ now: () => NOW });
  const read = uplink(mqtt, (error) => failures.push(error));
  source
    .pipe(
      convert(
        (each: Raw) => read(each, NOW),
        (error) => failures.push(error),
      ),
    )
    .subscribe({
      next: ({ value, ack }) => {
        if (!('kind' in value)) data.push(stamp(value));
        ack();
      },
      error: (error: unknown) => (state.error = error),
      complete: () => (state.ended = true),
    });
  const send = (each: Raw): number => {
    let settled = 0;
    const once = (): void => void (settled += 1);
    source.next(envelope(each, once, once));
    return settled;
  };
  return { send, failures, data, state };
};

/** What JSON cannot say: NaN, an infinity, undefined. */
const strangersIn = (said: unknown): readonly unknown[] => {
  const found: unknown[] = [];
  const open: unknown[] = [said];
  while (open.length > 0) {
    const next = open.pop();
    if (typeof next === 'object' && next !== null) for (const each of Object.values(next)) open.push(each);
    else if (next === undefined || (typeof next === 'number' && !Number.isFinite(next))) found.push(next);
  }
  return found;
};

afterEach(() => {
  expect(Object.keys(Object.prototype)).toEqual([]);
  expect(({} as Record<string, unknown>).polluted).toBeUndefined();
});

test(
  'whatever devices send, under whatever configuration: the stream goes on, each message is settled once, what leaves is sound, the next good message passes',
  () => {
    fc.assert(
      fc.property(config, fc.array(raw, { minLength: 1, maxLength: 4 }), (mqtt, messages) => {
        const { send, failures, data, state } = running(mqtt);
        for (const each of messages) expect(send(each)).toBe(1);
        expect(state).toEqual({ ended: false, error: undefined });
        for (const failure of failures) {
          expect(failure).toBeInstanceOf(ProtocolError);
          expect((failure as Error).message.length).toBeLessThan(2_000);
        }
        for (const said of data) {
          expect(wellFormed(said)).toBe(true);
          expect(said.device.length).toBeLessThanOrEqual(255);
          expect(strangersIn(said)).toEqual([]);
          // Not too deep to be written, by SQLite and the platform too.
          expect(() => JSON.stringify(said)).not.toThrow();
        }
        data.length = 0;
        expect(send({ topic: 'good/one', payload: Buffer.from('{"name":"D","v":1}'), retained: false })).toBe(1);
        expect(data.at(-1)).toMatchObject({ device: 'D', telemetry: [{ values: { v: 1 } }] });
      }),
      runs(300),
    );
  },
  patience,
);
