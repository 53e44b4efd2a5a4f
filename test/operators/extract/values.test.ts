import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json } from '../../../src/model/message.js';
import { arithmetic } from '../../../src/operators/extract/arithmetic.js';
import { byteSlices } from '../../../src/operators/extract/byte-slices.js';
import { cast } from '../../../src/operators/extract/cast.js';
import { nestedDeeper } from '../../../src/operators/extract/nested-deeper.js';
import { parseJson } from '../../../src/operators/extract/parse-json.js';
import { remembered } from '../../../src/operators/extract/remembered.js';
import { utf8 } from '../../../src/operators/extract/utf8.js';

describe('cast', () => {
  it.each([
    ['int', '-21.9', -21],
    ['int', -0.5, 0],
    ['long', '9007199254740993', '9007199254740993'],
    ['int', '', ''],
    ['int', '0x10', '0x10'],
    ['int', true, 1],
    ['int', 'Infinity', 'Infinity'],
    ['double', '1e999', '1e999'],
    ['double', ' 1.5e3 ', 1500],
    ['double', 'NaN', 'NaN'],
    ['double', { a: 1 }, '{"a":1}'],
    ['Boolean', 'YES', true],
    ['bool', 0, false],
    ['bool', 'off', false],
    ['bool', 5, '5'],
    ['string', 21.5, '21.5'],
    ['raw', [1], '[1]'],
    [undefined, [1], [1]],
  ])('%s of %j is %j', (type, value, result) => expect(cast(type)(value)).toEqual(result));

  it('is quick with a long text that is almost a number', () => {
    const text = `${'1'.repeat(1_000_000)}x`;
    expect(cast('double')(text)).toBe(text);
  });
});

describe('arithmetic', () => {
  it.each([
    ['21.42 + 21.42', 42.84],
    ['2 ** 3 ** 2', 512],
    ['-2 ** 2', -4],
    ['-7 // 2', -4],
    ['-7 % 3', 2],
    ['2 * (3 + 4)', 14],
    ['round(21.456 * 2, 1)', 42.9],
    ['round(2.5)', 2],
    ['round(3.5) + round(-2.5)', 2],
    ['round(0.125, 2)', 0.12],
    ['round(2.675, 2)', 2.67],
    ['round(1, 2, 3)', undefined],
    ['round(1, 99)', undefined],
    ['min(3, 1 + 1) + max(1, 2, 3)', 5],
    ['int(-2.7) + abs(-1) + float(1)', 0],
    ['abs(1, 2)', undefined],
    ['abs', undefined],
    ['abs(1', undefined],
    ['min(1)', undefined],
    ['constructor(1)', undefined],
    ['1, 2', undefined],
    ['1 / 0', undefined],
    ['process.exit()', undefined],
    ['1 +', undefined],
    ['(1', undefined],
    ['1 2', undefined],
    ['', undefined],
    [`${'('.repeat(300)}1`, undefined],
  ])('%s = %s', (text, result) => expect(arithmetic(text)).toBe(result));
});

describe('parseJson', () => {
  it.each([
    ['{"a":17275436391653061650}', { a: '17275436391653061650' }],
    ['[-9007199254740993, 9007199254740991]', ['-9007199254740993', 9007199254740991]],
    [
      '{"a":"9007199254740993","b\\"12345678901234567890":1e999}',
      { a: '9007199254740993', 'b"12345678901234567890': '1e999' },
    ],
    ['{"a\\\\":12345678901234567890}', { 'a\\': '12345678901234567890' }],
    ['[0.30000000000000004]', [0.30000000000000004]],
    ['[1e999, -2E+400, 1e-999, 1e5]', ['1e999', '-2E+400', 0, 1e5]],
    ['[NaN, -Infinity, "NaN", 1]', [null, null, 'NaN', 1]],
  ])('reads %s without losing a digit', (text, value) => expect(parseJson(text)).toEqual(value));

  it('sees a long integer wherever it stands, and leaves a short one alone', () =>
    fc.assert(
      fc.property(fc.nat(70), fc.bigInt({ min: 0n, max: 10n ** 40n }), fc.nat(40), (before, n, after) => {
        const body = { a: 'x'.repeat(before), n: 0, z: '1'.repeat(after) };
        const exactly = n > BigInt(Number.MAX_SAFE_INTEGER) ? String(n) : Number(n);
        expect(parseJson(JSON.stringify(body).replace(':0', `:${n}`))).toEqual({ ...body, n: exactly });
      }),
    ));

  const lossy = (value: unknown): boolean =>
    Number.isInteger(value) && !Number.isSafeInteger(value) && Math.abs(Number(value)) < 1e21;
  it('reads what JSON.parse reads, but for the integers that a number cannot hold', () => {
    fc.assert(
      fc.property(fc.json({ noUnicodeString: false }), (text) => {
        const kept = JSON.stringify(parseJson(text));
        expect(kept).toBe(JSON.stringify(JSON.parse(text), (_key, value) => (lossy(value) ? String(value) : value)));
      }),
    );
  });
  it('refuses the rest', () => expect(() => parseJson('{"a":12345678901234567890')).toThrow(SyntaxError));
});

describe('utf8', () => {
  it.each([
    ['e282ac', '€'],
    ['61ff62', 'ab'],
    ['efbbbf7b7d', '{}'],
    ['efbfbd', '\uFFFD'],
  ])('reads %s', (hex, text) => expect(utf8(Buffer.from(hex, 'hex'))).toBe(text));
});

describe('byteSlices', () => {
  it.each([
    ['k[0:2]', false, 'kAM'],
    ['t=[4:6]C h=[6:8]%', false, 't=25C h=60%'],
    ['[-2:]', false, '60'],
    ['[:]', true, '414d313232353630'],
    ['[1]', true, '4d'],
    ['[-1]', false, '0'],
    ['[99]', false, ''],
    ['[5:2]', false, ''],
    ['default []', false, 'default []'],
  ])('%s (hex: %s)', (text, hex, result) => expect(byteSlices(text, hex)(Buffer.from('AM122560'))).toBe(result));
});

describe('nestedDeeper', () => {
  const nest = (depth: number): Json => JSON.parse('['.repeat(depth) + ']'.repeat(depth));
  it.each([
    [0, false],
    [3, false],
    [4, true],
    [200_000, true],
  ])('%i levels with a limit of 3: %s', (depth, deeper) =>
    expect(nestedDeeper(depth === 0 ? 1 : nest(depth), 3)).toBe(deeper),
  );
});

describe('remembered', () => {
  it('computes once, forgets the oldest, and does not keep long keys', () => {
    const computed: string[] = [];
    const find = remembered((key) => computed.push(key), 2);
    const long = 'x'.repeat(513);
    for (const key of ['a', 'a', 'b', 'c', 'b', 'a', long, long]) find(key);
    expect(computed).toEqual(['a', 'b', 'c', 'a', long, long]);
  });
});
