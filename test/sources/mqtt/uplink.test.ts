import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decode } from '../../../src/model/decode.js';
import { ProtocolError } from '../../../src/model/errors.js';
import type { Converted } from '../../../src/operators/extract/converted.js';
import { mqttConfig } from '../../../src/sources/mqtt/config.js';
import { uplink as compile } from '../../../src/sources/mqtt/uplink.js';

/** Of mappings alone, which say nothing but data. */
const uplink = (...given: Parameters<typeof compile>) => {
  const up = compile(...given);
  return (...message: Parameters<typeof up>) => up(...message) as readonly Converted[];
};

const now = 1_700_000_000_000;
const config = (...mapping: unknown[]) =>
  decode(mqttConfig, { broker: { host: 'h', security: { type: 'anonymous' } }, mapping }).value!;
const raw = (payload: unknown, topic = 't') => ({
  topic,
  payload: Buffer.isBuffer(payload)
    ? payload
    : Buffer.from(typeof payload === 'string' ? payload : JSON.stringify(payload)),
  retained: false,
});
const json = (converter: object, deviceNameExpression = '${d}') => ({
  topicFilter: '#',
  converter: { type: 'json', deviceInfo: { deviceNameExpression }, ...converter },
});
const temp = { timeseries: [{ key: 'temp', type: 'double', value: '${temp}' }] };
const failure = (run: () => unknown): ProtocolError => {
  try {
    run();
  } catch (error) {
    if (error instanceof ProtocolError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
};

describe('uplink', () => {
  it('runs every converter of every mapping that matches, and no other', () => {
    const up = uplink(
      config(json(temp), { ...json(temp, 'x'), topicFilter: 'a/+' }, { ...json(temp, 'y'), topicFilter: 'b' }),
    );
    expect(up(raw({ d: 'D', temp: 1 }, 'a/b'), now).map(({ device }) => device)).toEqual(['D', 'x']);
    expect(up(raw({ d: 'D', temp: 1 }, '$SYS/a'), now)).toEqual([]);
  });

  it('takes each item of an array by itself and makes one of those of a device', () => {
    const up = uplink(config(json({ ...temp, attributes: [{ key: 'm', value: '${m}' }] })));
    const items = [
      { d: 'A', temp: 1, ts: 5, m: 1 },
      { d: 'B', temp: 2 },
      { d: 'A', temp: 3, ts: 6, m: 2 },
    ];
    expect(up(raw(items), now)).toEqual([
      {
        device: 'A',
        profile: 'default',
        telemetry: [
          { ts: 5, values: { temp: 1 } },
          { ts: 6, values: { temp: 3 } },
        ],
        attributes: { m: 2 },
      },
      { device: 'B', profile: 'default', telemetry: [{ values: { temp: 2 } }], attributes: {} },
    ]);
  });

  it('leaves the time to the stamper with useReceivedTs', () => {
    const up = uplink(config(json({ ...temp, useReceivedTs: true })));
    expect(up(raw({ d: 'A', temp: 1, ts: 5 }), now)[0]?.telemetry).toEqual([{ values: { temp: 1 } }]);
  });

  it('takes keys from the topic, computes formulas, and leaves out what is null', () => {
    const timeseries = [
      { key: '[^/]+$', keySource: 'topic', value: '${a}', type: 'int' },
      { key: 'sum', value: '${a} + ${b}', type: 'int' },
      { key: 'nul', value: '${n}' },
      { key: '${n}', value: 'x' },
    ];
    const up = uplink(config(json({ timeseries, useEval: true })));
    expect(up(raw({ d: 'A', a: 1, b: 2.5, n: null }, 'x/y'), now)[0]?.telemetry).toEqual([
      { values: { y: 1, sum: 3 } },
    ]);
  });

  it('leaves out a device that says nothing', () => {
    const up = uplink(config(json({ timeseries: '*' })));
    expect(up(raw({ d: null, x: null }), now)).toEqual([]);
    expect(uplink(config(json(temp)))(raw({ d: 'A' }), now)).toEqual([]);
  });

  it('converts a payload that is no JSON only if it need not look into it', () => {
    const constant = { timeseries: [{ key: 'seen', value: '1', type: 'int' }] };
    expect(uplink(config(json(constant, 'door')))(raw('open'), now)).toHaveLength(1);
    expect(failure(() => uplink(config(json(temp, 'door')))(raw('open'), now)).message).toContain('not JSON');
  });

  it('lets a regular expression that takes too long on a topic cost its own mapping only', () => {
    const slow = { key: 'a*a*a*a*a*b', keySource: 'topic', value: '1' };
    const failures: string[] = [];
    const up = uplink(config(json({ timeseries: [slow] }, 'A'), json(temp, 'B')), ({ message }) =>
      failures.push(message),
    );
    expect(up(raw({ temp: 1 }, 'aab'), now)).toHaveLength(2);
    const again = () => up(raw({ temp: 1 }, 'a'.repeat(1000)), now).map(({ device }) => device);
    expect([again(), again()]).toEqual([['B'], ['B']]);
    expect(failures).toHaveLength(2);
    expect(failures[0]).toContain('mapping[0] (#) could not convert');
    expect(failures[0]).toContain('took longer than');
  });

  it('names mapping and cause of a failure, and quotes only the beginning of the payload', () => {
    const secret = 'do-not-log';
    const error = failure(() => uplink(config(json(temp)))(raw(`{"d":"${'x'.repeat(200)}${secret}`), now));
    expect(error.code).toBe('CONVERSION_FAILED');
    expect(error.message).toContain('mapping[0] (#)');
    expect(error.message).toContain('the payload is not JSON');
    expect(error.message).not.toContain(secret);
    expect(error.message.length).toBeLessThan(300);
  });

  it('keeps the good parts of a message beside a bad one, and says so', () => {
    const failures: string[] = [];
    const up = uplink(config(json(temp)), ({ message }) => failures.push(message));
    expect(
      up(
        raw([
          { d: '', temp: 1 },
          { d: 'A', temp: 2 },
          { d: ' ', temp: 1 },
        ]),
        now,
      ).map(({ device }) => device),
    ).toEqual(['A']);
    expect(failures).toHaveLength(1);
    expect(failures[0]).toContain('the device name is empty (and 1 more items)');
  });

  it.each([['""'], ['"  "'], ['"a\\u0000b"'], [`"${'x'.repeat(256)}"`]])('refuses a device named %s', (name) =>
    expect(failure(() => uplink(config(json(temp)))(raw(`{"d":${name},"temp":1}`), now)).message).toContain(
      'device name',
    ),
  );

  it.each([['with "quotes"'], ["it's"], ['a/b\\c'], ['😀'], ['__proto__'], ['None'], ['${d}']])(
    'takes a device named %s',
    (name) => expect(uplink(config(json(temp)))(raw({ d: name, temp: 1 }), now)[0]?.device).toBe(name),
  );

  it('keeps __proto__ a key like any other', () => {
    const up = uplink(config(json({ attributes: '*', timeseries: [{ key: '${k}', value: '${__proto__.x}' }] }, 'D')));
    const result = up(raw('{"k":"__proto__","__proto__":{"x":1,"polluted":true}}'), now);
    expect(JSON.stringify(result)).toBe(
      '[{"device":"D","profile":"default","telemetry":[{"values":{"__proto__":1}}],"attributes":{"k":"__proto__","__proto__":{"x":1,"polluted":true}}}]',
    );
    expect('polluted' in {}).toBe(false);
  });

  it('tells which mapping found none of its values, and passes an empty payload over', () => {
    const empty: string[] = [];
    const up = uplink(config(json(temp, 'D')), undefined, undefined, (mapping) => empty.push(mapping));
    expect(up(raw({ Temp: 1 }), now)).toEqual([]);
    expect(empty).toEqual([expect.stringMatching(/^mapping\[0\] \(.+\)$/)]);
    expect(up(raw({ temp: 1 }), now)).toHaveLength(1);
    // A retained message that is taken away.
    expect(up(raw(''), now)).toEqual([]);
    expect(empty).toHaveLength(1);
  });

  it('survives payloads of unusual size and shape', () => {
    const up = uplink(config(json({ attributes: '*', ...temp }, 'D')));
    const keys = Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [`k${i}`, i]));
    expect(Object.keys(up(raw(keys), now)[0]!.attributes)).toHaveLength(10_000);
    expect(up(raw({ temp: 1, big: 'x'.repeat(1_000_000) }), now)[0]?.telemetry).toEqual([{ values: { temp: 1 } }]);
    const nested = (depth: number) => `{"temp":1,"deep":${'['.repeat(depth)}${']'.repeat(depth)}}`;
    expect(up(raw(nested(900)), now)).toHaveLength(1);
    expect(failure(() => up(raw(nested(901)), now)).message).toContain('deeper than 900');
    expect(failure(() => up(raw(nested(200_000)), now)).code).toBe('CONVERSION_FAILED');
    expect(uplink(config(json(temp, 'D')))(raw(nested(200_000)), now)).toHaveLength(1);
    expect(up(raw(''), now)).toEqual([]);
    expect(failure(() => up(raw('no'), now)).message).toContain('not JSON');
    expect(up(raw(Buffer.from('7b2274656d70223a312cff2261ff223a317d', 'hex')), now)[0]?.attributes).toEqual({
      temp: 1,
      a: 1,
    });
    expect(up(raw({ temp: 1 }), now)).toHaveLength(1);
  });

  it('keeps every digit of a long integer, and lets no infinity out', () => {
    const up = uplink(config(json({ timeseries: ['*', { key: 'i', value: '${a}', type: 'long' }] }, 'D')));
    expect(up(raw('{"a":9007199254740993,"b":1e999,"c":NaN}'), now)[0]?.telemetry).toEqual([
      { values: { a: '9007199254740993', b: '1e999', i: '9007199254740993' } },
    ]);
  });

  const everything = uplink(
    config(
      json({
        attributes: '*',
        timeseries: ['*', ...temp.timeseries, { key: '${k}', value: '${$..temp} ${a[0:2].b}', tsField: '${x.when}' }],
        useEval: true,
      }),
      {
        topicFilter: '#',
        converter: {
          type: 'bytes',
          deviceInfo: { deviceNameExpression: '[0:2]' },
          timeseries: [{ key: '[0]', value: '[-3:]', type: 'int' }],
        },
      },
    ),
  );
  const finite = (value: unknown): boolean =>
    typeof value === 'number'
      ? Number.isFinite(value)
      : typeof value !== 'object' || value === null || Object.values(value).every(finite);
  const safe = (payload: Buffer): void => {
    try {
      for (const converted of everything(raw(payload), now)) {
        expect(converted.device.trim()).not.toBe('');
        expect(finite(converted)).toBe(true);
        for (const { ts, values } of converted.telemetry) {
          expect(ts === undefined || Number.isSafeInteger(ts)).toBe(true);
          expect(Object.keys(values)).not.toEqual([]);
        }
      }
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
    }
  };
  it('throws nothing but ProtocolError, whatever the bytes', () =>
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => safe(Buffer.from(bytes)))));
  it('throws nothing but ProtocolError, whatever the JSON', () => {
    const key = fc.oneof(
      fc.constantFrom('d', 'k', 'temp', 'ts', 'values', 'timestamp', 'when', 'x', 'a', 'b', '__proto__', 'constructor'),
      fc.string(),
    );
    const { body } = fc.letrec((tie) => ({
      body: fc.oneof(
        { maxDepth: 4 },
        fc.jsonValue(),
        fc.double(),
        fc.bigInt(),
        fc.array(tie('body'), { maxLength: 4 }),
        fc.array(fc.tuple(key, tie('body')), { maxLength: 5 }).map((pairs) => new Map(pairs)),
      ),
    }));
    const written = (value: unknown): string => {
      if (typeof value === 'bigint' || typeof value === 'number') return String(value);
      if (value instanceof Map)
        return `{${[...value].map(([k, v]) => `${JSON.stringify(k)}:${written(v)}`).join(',')}}`;
      return Array.isArray(value) ? `[${value.map(written).join(',')}]` : JSON.stringify(value);
    };
    fc.assert(
      fc.property(body, (value) => safe(Buffer.from(written(value)))),
      { numRuns: 500 },
    );
  });
});
