import fc from 'fast-check';
import { expect, test } from 'vitest';
import { envelope } from '../../../src/model/envelope.js';
import type { Envelope, Nack } from '../../../src/model/envelope.js';
import type { Kept, Values } from '../../../src/model/message.js';
import { encode } from '../../../src/sinks/thingsboard/encode.js';
import { fitted } from '../../../src/sinks/thingsboard/fitted.js';
import type { Part } from '../../../src/sinks/thingsboard/part.js';
import { parts } from '../../../src/sinks/thingsboard/parts.js';
import { refit } from '../../../src/sinks/thingsboard/refit.js';

type Outcome = Nack | 'ack';
const wide = { bytes: 1e9, points: Infinity };
const cut = (message: Kept, outcomes: Outcome[] = []): readonly Envelope<Part>[] =>
  parts(
    envelope(
      message,
      () => void outcomes.push('ack'),
      (why) => void outcomes.push(why),
    ),
    wide,
    7,
  );
const data = (values: Values, attributes: Values = {}, device = 'A'): Kept => ({
  kind: 'data',
  device,
  profile: 'p',
  telemetry: Object.keys(values).length === 0 ? [] : [{ ts: 5, values }],
  attributes,
});
const payloadOf = (pack: readonly Envelope<Part>[]): string => encode(pack.map(({ value }) => value));
const pointsOf = (payload: string): string[] => {
  const [body] = Object.values(JSON.parse(payload) as Record<string, unknown>);
  const items = Array.isArray(body) ? (body as { ts: number; values: object }[]) : [{ ts: 0, values: body as object }];
  return items.flatMap(({ ts, values }) => Object.entries(values).map(([k, v]) => `${ts} ${k} ${JSON.stringify(v)}`));
};
const values = fc.dictionary(
  fc.string({ unit: 'binary', maxLength: 6 }),
  fc.oneof(fc.string({ unit: 'grapheme', maxLength: 30 }), fc.integer(), fc.constant({ deep: ['x', null] })),
  { minKeys: 1, maxKeys: 12 },
);

test('a pack that is cut again keeps every point in its order, keeps to the new bounds, and settles its messages once', () => {
  fc.assert(
    fc.property(
      fc.array(values, { minLength: 1, maxLength: 5 }),
      fc.boolean(),
      fc.integer({ min: 60, max: 300 }),
      fc.integer({ min: 1, max: 8 }),
      (all, telemetry, bytes, points) => {
        const outcomes: Outcome[] = [];
        // Attributes of one name would merge, and numbers as keys are out of order.
        const own = all.map((each, i) => Object.fromEntries(Object.entries(each).map(([k, v]) => [`k${i}${k}`, v])));
        const pack = own.flatMap((each) => cut(telemetry ? data(each) : data({}, each), outcomes));
        const packs = refit(pack, { bytes, points });
        expect(packs.flatMap((each) => pointsOf(payloadOf(each)))).toEqual(pointsOf(payloadOf(pack)));
        for (const each of packs) {
          const n = each.reduce((sum, { value }) => sum + value.points, 0);
          if (n > 1) {
            expect(Buffer.byteLength(payloadOf(each))).toBeLessThanOrEqual(bytes);
            expect(n).toBeLessThanOrEqual(points);
          }
        }
        expect(packs.flat().every(({ value }) => value.born === 7 && value.profile === 'p')).toBe(true);
        packs.flat().forEach((part) => part.ack());
        expect(outcomes).toEqual(all.map(() => 'ack'));
      },
    ),
  );
});

test('`__proto__` is an ordinary key when a part is cut again', () => {
  const given = JSON.parse('{"__proto__":1,"a":2}') as Values;
  expect(refit(cut(data(given)), { bytes: 8196, points: 1 }).map(payloadOf)).toEqual([
    '{"A":[{"ts":5,"values":{"__proto__":1}}]}',
    '{"A":[{"ts":5,"values":{"a":2}}]}',
  ]);
  expect(refit(cut(data({}, given)), { bytes: 8196, points: 1 }).map(payloadOf)).toEqual([
    '{"A":{"__proto__":1}}',
    '{"A":{"a":2}}',
  ]);
});

const limited = (hard: number, bytes = hard * 0.8, points = Infinity) => ({
  pack: () => ({ bytes, points, keys: 1 }),
  hardLimit: () => hard,
});
const long = 'x'.repeat(200);

test.each([
  ['within the limits: as it is', cut(data({ a: 1, b: 2 })), limited(8196), undefined],
  ['no limits known: as it is', cut(data({ a: long, b: 2 })), limited(Infinity, 8196), undefined],
  ['several parts over the limit', [...cut(data({ a: 1 })), ...cut(data({ a: long }))], limited(260), 'fit'],
  ['one part of several points over the limit', cut(data({ a: 1, b: long })), limited(260), 'fit'],
  ['more points than a window holds', cut(data({ a: 1, b: 2, c: 3 })), limited(Infinity, 8196, 2), 'fit'],
  ['a single point over the limit', cut(data({ a: long })), limited(200), 'refuse'],
  ['a single point that fits if the topic is not counted', cut(data({ a: long })), limited(240), 'refuse'],
  ['a single point just below the limit', cut(data({ a: long })), limited(260), undefined],
  ['a connect over the limit', cut({ kind: 'connected', device: long, profile: 'p' }), limited(200), 'refuse'],
  ['a connect below it', cut({ kind: 'connected', device: 'A', profile: 'p' }), limited(200), undefined],
  ['a device without a name', cut(data({ a: 1 }, {}, '')), limited(Infinity, 8196), 'refuse'],
  [
    'a device without a name beside others',
    [...cut(data({ a: 1 }, {}, '')), ...cut(data({ a: 1 }))],
    limited(Infinity, 8196),
    'apart',
  ],
])('%s', (_, pack, limits, kind) => {
  expect(fitted(pack, limits)?.kind).toBe(kind);
});
