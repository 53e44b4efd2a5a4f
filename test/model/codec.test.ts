import * as t from 'io-ts';
import { describe, expect, expectTypeOf, test } from 'vitest';
import { defaulted, optional, refine, required, section } from '../../src/model/codec.js';
import { decode } from '../../src/model/decode.js';

const port = refine(t.number, (value) => Number.isInteger(value) && value > 0 && value < 65_536, 'a port (1 to 65535)');
const broker = section('a broker: {"host", …}', {
  host: required(t.string, 'Where it is.'),
  port: defaulted(port, 1883, 'Its port.'),
  name: optional(t.string, 'What it calls itself.'),
});

describe('a section', () => {
  test.each<[unknown, unknown]>([
    [{ host: 'a' }, { host: 'a', port: 1883 }],
    [
      { host: 'a', port: 1 },
      { host: 'a', port: 1 },
    ],
    [
      { host: 'a', port: null, name: null },
      { host: 'a', port: 1883 },
    ],
    [
      { host: 'a', name: 'b' },
      { host: 'a', port: 1883, name: 'b' },
    ],
    [
      { host: 'a', other: 1 },
      { host: 'a', port: 1883 },
    ],
  ])('reads %j as %j', (input, value) => {
    const { value: decoded, problems } = decode(broker, input);
    expect(problems).toEqual([]);
    expect(decoded).toEqual(value);
    expect(decoded).toStrictEqual(value);
  });

  test.each<[unknown, string, string, string]>([
    [{}, 'host', 'nothing', 'string'],
    [{ host: null }, 'host', 'null', 'string'],
    [{ host: 1 }, 'host', '1', 'string'],
    [{ host: 'a', port: 0 }, 'port', '0', 'a port (1 to 65535)'],
    [{ host: 'a', port: 1.5 }, 'port', '1.5', 'a port (1 to 65535)'],
    [{ host: 'a', port: '1883' }, 'port', '"1883"', 'a port (1 to 65535)'],
    [{ host: 'a', name: false }, 'name', 'false', 'string'],
    [[], '', '[]', 'a broker: {"host", …}'],
    [null, '', 'null', 'a broker: {"host", …}'],
    ['text', '', '"text"', 'a broker: {"host", …}'],
    [undefined, '', 'nothing', 'a broker: {"host", …}'],
  ])('of %j complains at "%s": found %s, expected %s', (input, path, found, expected) => {
    const { value, problems } = decode(broker, input);
    expect(value).toBeUndefined();
    expect(problems).toEqual([{ path, found, expected }]);
  });

  test('does not take a key from its prototype', () => {
    expect(decode(broker, Object.create({ host: 'inherited' })).problems).toMatchObject([{ path: 'host' }]);
    const odd = section('odd', { constructor: optional(t.unknown, ''), toString: optional(t.unknown, '') });
    expect(Object.keys(decode(odd, {}).value!)).toEqual([]);
  });

  test('knows what the documentation is made from', () => {
    expect(broker.fields.port).toMatchObject({ presence: 'defaulted', fallback: 1883, doc: 'Its port.' });
    expect(Object.keys(broker.fields)).toEqual(['host', 'port', 'name']);
  });

  test('has a type: required and defaulted keys are there, optional ones may be', () => {
    type Broker = t.TypeOf<typeof broker>;
    expectTypeOf<Broker['host']>().toEqualTypeOf<string>();
    expectTypeOf<Broker['port']>().toEqualTypeOf<number>();
    expectTypeOf<Broker>().toExtend<{ readonly name?: string }>();
  });
});

describe('a refined codec', () => {
  test('says what it wants and not what its base wants', () => {
    expect(decode(port, 'x').problems).toEqual([{ path: '', found: '"x"', expected: 'a port (1 to 65535)' }]);
    expect(decode(port, 80).value).toBe(80);
  });

  test('may be refined again, and each test counts', () => {
    const even = refine(port, (value) => value % 2 === 0, 'an even port');
    expect([2, 3, 0].map((value) => decode(even, value).problems.length)).toEqual([0, 1, 1]);
  });

  test('of a section lets the mistakes inside keep their paths and names', () => {
    const pair = refine(broker, ({ host, name }) => host !== name, 'a broker with a name of its own');
    const file = section('a file', { broker: required(pair, '') });
    expect(decode(file, { broker: { port: 0 } }).problems).toEqual([
      { path: 'broker.host', found: 'nothing', expected: 'string' },
      { path: 'broker.port', found: '0', expected: 'a port (1 to 65535)' },
    ]);
    const same = { host: 'a', name: 'a' };
    expect(decode(file, { broker: same }).problems).toMatchObject([
      { path: 'broker', expected: 'a broker with a name of its own' },
    ]);
    expect(decode(file, { broker: 5 }).problems).toMatchObject([
      { path: 'broker', expected: 'a broker with a name of its own' },
    ]);
  });
});
