import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seedForm } from '../../src/extensions/seed-form.js';

const device = (rest: object) => ({ deviceName: 'D', ...rest });

describe('seedForm', () => {
  it.each([
    ['flat telemetry', { telemetry: { a: 1, b: null } }, [{ values: { a: 1 } }], {}],
    ['one entry with its time', { telemetry: { ts: 5, values: { a: 1 } } }, [{ ts: 5, values: { a: 1 } }], {}],
    ['an entry without a time', { telemetry: { values: { a: 1 } } }, [{ values: { a: 1 } }], {}],
    ['a value named values', { telemetry: { values: 1, a: 2 } }, [{ values: { values: 1, a: 2 } }], {}],
    [
      'a list of both',
      { telemetry: [{ a: 1 }, { ts: 5.9, values: { a: 2 } }, {}] },
      [{ values: { a: 1 } }, { ts: 5, values: { a: 2 } }],
      {},
    ],
    ['flat attributes', { attributes: { m: 'x', n: null } }, [], { m: 'x' }],
    ['a list of attributes', { attributes: [{ m: 'x' }, { m: 'y' }, { n: [1] }] }, [], { m: 'y', n: [1] }],
    ['nothing', {}, [], {}],
    ['big integers', { telemetry: { a: 5n, b: 2n ** 60n } }, [{ values: { a: 5, b: '1152921504606846976' } }], {}],
    ['undefined members', { telemetry: { a: undefined, b: 1 }, attributes: undefined }, [{ values: { b: 1 } }], {}],
  ])('reads %s', (_, rest, telemetry, attributes) =>
    expect(seedForm(device(rest))).toEqual([{ device: 'D', profile: 'default', telemetry, attributes }]),
  );

  it('reads several devices, and their profiles', () =>
    expect(seedForm([device({ deviceType: 'T' }), { deviceName: 'E', deviceType: '' }])).toMatchObject([
      { device: 'D', profile: 'T' },
      { device: 'E', profile: 'default' },
    ]));

  it.each([[undefined], [null], [[]]])('takes %j for no device', (given) => expect(seedForm(given)).toEqual([]));

  const circle: Record<string, unknown> = {};
  circle.again = circle;
  it.each([
    ['a text', 'D', 'an object of values'],
    ['no name', { telemetry: { a: 1 } }, 'no deviceName'],
    ['an empty name', { deviceName: ' ' }, 'device name is empty'],
    ['a name that is a number', { deviceName: 5 }, 'no deviceName'],
    ['NaN', device({ telemetry: { a: NaN } }), 'telemetry.a is NaN'],
    ['a function', device({ attributes: { a: () => 1 } }), 'attributes.a is of type function'],
    ['a date', device({ telemetry: { a: new Date(0) } }), 'telemetry.a is no plain object'],
    ['a map', device({ attributes: new Map() }), 'attributes is no plain object'],
    ['a circle', device({ attributes: circle }), 'nested too deep'],
    ['telemetry that is a number', device({ telemetry: 5 }), 'telemetry holds 5'],
    ['a list within a list', device({ telemetry: [[1]] }), 'telemetry holds [1]'],
    ['a time that is a text', device({ telemetry: { ts: 'now', values: { a: 1 } } }), 'has the ts "now"'],
    ['seconds before 1970', device({ telemetry: { ts: -1, values: { a: 1 } } }), 'has the ts -1'],
  ])('refuses %s, and says why', (_, given, why) => expect(() => seedForm(given)).toThrow(why));

  it('keeps __proto__ a key like any other', () => {
    const [read] = seedForm(
      JSON.parse('{"deviceName":"D","attributes":[{"__proto__":{"x":1}}],"__proto__":{"deviceName":"E"}}'),
    );
    expect(JSON.stringify(read)).toBe(
      '{"device":"D","profile":"default","telemetry":[],"attributes":{"__proto__":{"x":1}}}',
    );
  });

  it('gives what is its own: what the converter does later with its objects does not matter', () => {
    const values = { a: { b: 1 } };
    const [read] = seedForm(device({ telemetry: { ts: 1, values } }));
    values.a.b = 2;
    expect(read?.telemetry).toEqual([{ ts: 1, values: { a: { b: 1 } } }]);
  });

  it('reads or refuses anything', () =>
    fc.assert(
      fc.property(
        fc.anything({ withBigInt: true, withDate: true, withMap: true, withNullPrototype: true }),
        (given) => {
          try {
            for (const read of seedForm(given)) expect(read.device).not.toBe('');
          } catch (error) {
            expect(error).toBeInstanceOf(Error);
          }
        },
      ),
    ));
});
