import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Data, Json, Kept } from '../../../src/model/message.js';
import { messageText } from '../../../src/operators/buffer/message-text.js';

const name = fc.constantFrom('a', 'b', '__proto__', 'quo"te', 'é🚜', "it's");
const values = fc.dictionary(fc.string({ unit: 'grapheme' }), fc.jsonValue() as fc.Arbitrary<Json>, { maxKeys: 4 });
const data: fc.Arbitrary<Data> = fc.record(
  {
    kind: fc.constant('data' as const),
    device: name,
    connector: name,
    profile: name,
    telemetry: fc.array(fc.record({ ts: fc.integer(), values }), { maxLength: 3 }),
    attributes: values,
  },
  { requiredKeys: ['kind', 'device', 'profile', 'telemetry', 'attributes'] },
);
const kept: fc.Arbitrary<Kept> = fc.oneof(
  data,
  fc.record({ kind: fc.constant('connected' as const), device: name, profile: name }),
  fc.record({ kind: fc.constant('disconnected' as const), device: name }),
);

it('says the same as JSON.stringify, whatever was written before', () =>
  fc.assert(
    fc.property(fc.array(kept, { minLength: 1, maxLength: 20 }), (messages) => {
      const write = messageText();
      for (const message of messages)
        expect(JSON.parse(write(message).body)).toEqual(JSON.parse(JSON.stringify(message)));
    }),
  ));

it('says the text of the values of a single entry', () => {
  const write = messageText();
  const one: Data = {
    kind: 'data',
    device: 'd',
    profile: 'p',
    telemetry: [{ ts: 1, values: { t: 1 } }],
    attributes: {},
  };
  expect(write(one).values).toBe('{"t":1}');
  expect(write({ ...one, telemetry: [...one.telemetry, ...one.telemetry] }).values).toBeUndefined();
});

it('writes a device anew whose profile or connector has changed', () => {
  const write = messageText();
  const first: Data = { kind: 'data', device: 'd', connector: 'c', profile: 'p', telemetry: [], attributes: {} };
  for (const message of [first, { ...first, profile: 'q' }, { ...first, connector: 'other' }, first])
    expect(JSON.parse(write(message).body)).toEqual(message);
});
