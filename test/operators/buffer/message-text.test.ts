import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Data, Json, Kept } from '../../../src/model/message.js';
import { messageIn } from '../../../src/operators/buffer/message-in.js';
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

const readAgain = (body: string, { device }: Kept) => messageIn({ id: 1, device, at: 0, bytes: 0, body });

it('is read again as it was, whatever was written before', () =>
  fc.assert(
    fc.property(fc.array(kept, { minLength: 1, maxLength: 20 }), (messages) => {
      const write = messageText();
      for (const message of messages)
        expect(readAgain(write(message).body, message)).toEqual(JSON.parse(JSON.stringify(message)));
    }),
  ));

const one: Data = {
  kind: 'data',
  device: 'd',
  connector: 'c',
  profile: 'p',
  telemetry: [{ ts: 1, values: { t: 1 } }],
  attributes: {},
};

it('writes one reading in half the bytes, and says the text of its values', () => {
  const write = messageText();
  expect(write(one)).toEqual({ body: '[1,{"t":1},"p","c"]', values: '{"t":1}' });
  expect(write({ ...one, telemetry: [...one.telemetry, ...one.telemetry] }).values).toBeUndefined();
  expect(write({ ...one, attributes: { a: 1 } }).values).toBeUndefined();
});

it('writes a device anew whose profile or connector has changed', () => {
  const write = messageText();
  for (const message of [one, { ...one, profile: 'q' }, { ...one, connector: 'other' }, one])
    expect(readAgain(write(message).body, message)).toEqual(message);
});

it('reads what an earlier version wrote', () => expect(readAgain(JSON.stringify(one), one)).toEqual(one));

it.each(['[]', '[1]', '["1",{},"p",null]', '[1,[],"p",null]', '[1,{},2,null]', '{"kind":"data"}', '[1,{}', ''])(
  'takes %s for damaged',
  (body) => expect(readAgain(body, one)).toBeUndefined(),
);
