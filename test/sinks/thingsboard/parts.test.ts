import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { envelope } from '../../../src/model/envelope.js';
import { Refused, Unavailable } from '../../../src/model/errors.js';
import type { Nack } from '../../../src/model/envelope.js';
import { GATEWAY_DEVICE } from '../../../src/model/message.js';
import type { Data, Kept, Values } from '../../../src/model/message.js';
import { encode } from '../../../src/sinks/thingsboard/encode.js';
import { parts } from '../../../src/sinks/thingsboard/parts.js';

const wide = { bytes: 8196, points: Infinity };
const cut = (message: Kept, bounds = wide) => {
  const outcome: (Nack | 'ack')[] = [];
  const pieces = parts(
    envelope(
      message,
      () => void outcome.push('ack'),
      (why) => void outcome.push(why),
    ),
    bounds,
  );
  return { pieces, outcome, payloads: pieces.map(({ value }) => encode([value])) };
};
const message = (fields: Partial<Data>): Data => ({
  kind: 'data',
  device: 'A',
  profile: 'p',
  telemetry: [],
  attributes: {},
  ...fields,
});
const size = (text: string): number => Buffer.byteLength(text);

describe('parts', () => {
  test.each([
    [
      'telemetry',
      message({ telemetry: [{ ts: 1, values: { t: 1, s: 'x' } }] }),
      ['{"A":[{"ts":1,"values":{"t":1,"s":"x"}}]}'],
    ],
    ['attributes', message({ attributes: { a: 1, b: { c: [] } } }), ['{"A":{"a":1,"b":{"c":[]}}}']],
    [
      'own telemetry',
      message({ device: GATEWAY_DEVICE, telemetry: [{ ts: 1, values: { t: 1 } }] }),
      ['[{"ts":1,"values":{"t":1}}]'],
    ],
    ['own attributes', message({ device: GATEWAY_DEVICE, attributes: { a: 1 } }), ['{"a":1}']],
    ['connected', { kind: 'connected', device: 'A', profile: 'p' } satisfies Kept, ['{"device":"A","type":"p"}']],
    ['disconnected', { kind: 'disconnected', device: 'A' } satisfies Kept, ['{"device":"A"}']],
    [
      'claim',
      { kind: 'claim', device: 'A', secretKey: 's', durationMs: 5 } satisfies Kept,
      ['{"A":{"secretKey":"s","durationMs":5}}'],
    ],
    ['nothing but null', message({ telemetry: [{ ts: 1, values: { t: null } }], attributes: { a: null } }), []],
    [
      'NaN beside a value',
      message({ telemetry: [{ ts: 1, values: { t: NaN, u: 1 } }] }),
      ['{"A":[{"ts":1,"values":{"u":1}}]}'],
    ],
    ['a hard name', message({ device: 'Ä"/\u0000😀', attributes: { a: 1 } }), ['{"Ä\\"/\\u0000😀":{"a":1}}']],
    ['__proto__', message({ attributes: JSON.parse('{"__proto__":1,"a":null}') as Values }), ['{"A":{"__proto__":1}}']],
  ])('%s', (_, given, expected) => {
    expect(cut(given).payloads).toEqual(expected);
  });

  test('a message without content is acknowledged at once', () => {
    expect(cut(message({})).outcome).toEqual(['ack']);
  });

  const three = () => cut(message({ telemetry: [1, 2, 3].map((ts) => ({ ts, values: { t: 1 } })) }));
  const later = new Unavailable('DEVICE_DEFERRED', 'later');
  const never = new Refused('PLATFORM_REFUSED', 'never');

  test('the message is settled when its last part is: refused if one of them was', () => {
    const { pieces, outcome } = three();
    pieces[0]!.ack();
    pieces[1]!.nack(never);
    expect(outcome).toEqual([]);
    pieces[2]!.ack();
    expect(outcome).toEqual([never]);
  });

  test('the message is settled with the first part that is unavailable, whatever the others come to', () => {
    const { pieces, outcome } = three();
    pieces[0]!.nack(never);
    pieces[1]!.nack(later);
    expect(outcome).toEqual([later]);
    pieces[1]!.ack();
    pieces[2]!.nack(never);
    expect(outcome).toEqual([later]);
  });

  test('in encoded bytes, each payload keeps to the limit; nothing is lost; a larger point goes alone; ts is kept', () => {
    const values = fc.dictionary(
      fc.string({ unit: 'binary', maxLength: 8 }),
      fc.oneof(fc.string({ unit: 'grapheme', maxLength: 60 }), fc.integer()),
      {
        maxKeys: 12,
      },
    );
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', minLength: 1, maxLength: 10 }),
        fc.array(fc.record({ ts: fc.integer({ min: 1, max: 9 }), values }), { maxLength: 4 }),
        values,
        fc.integer({ min: 80, max: 300 }),
        fc.integer({ min: 1, max: 6 }),
        (device, telemetry, attributes, bytes, points) => {
          const { pieces, payloads } = cut(message({ device, telemetry, attributes }), { bytes, points });
          payloads.forEach((payload, i) => {
            const { value } = pieces[i]!;
            expect(value.frame + value.size).toBeGreaterThanOrEqual(size(payload));
            if (value.points > 1) {
              expect(size(payload)).toBeLessThanOrEqual(bytes);
              expect(value.points).toBeLessThanOrEqual(points);
            }
          });
          const seen = payloads.flatMap((payload) => {
            const [body] = Object.values(JSON.parse(payload) as Record<string, unknown>);
            if (!Array.isArray(body))
              return Object.entries(body as object).map(([k, v]) => `attribute ${k} ${String(v)}`);
            return (body as { ts: number; values: object }[]).flatMap((item) =>
              Object.entries(item.values).map(([k, v]) => `${item.ts} ${k} ${String(v)}`),
            );
          });
          const all = [
            ...Object.entries(attributes).map(([k, v]) => `attribute ${k} ${v}`),
            ...telemetry.flatMap((entry) => Object.entries(entry.values).map(([k, v]) => `${entry.ts} ${k} ${v}`)),
          ];
          expect(seen.sort()).toEqual(all.map((text) => text).sort());
        },
      ),
    );
  });

  test('attributes of several messages merge, the last wins; devices share a payload', () => {
    const of = (device: string, attributes: Values) =>
      parts(
        envelope(
          message({ device, attributes }),
          () => undefined,
          () => undefined,
        ),
        wide,
      );
    const pack = [...of('A', { a: 1, b: 1 }), ...of('A', { b: 2 }), ...of('B', { c: 3 })];
    expect(encode(pack.map(({ value }) => value))).toBe('{"A":{"a":1,"b":2},"B":{"c":3}}');
  });
});
