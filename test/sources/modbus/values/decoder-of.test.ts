import { describe, expect, it } from 'vitest';
import { ProtocolError } from '../../../../src/model/errors.js';
import type { Json } from '../../../../src/model/message.js';
import { decoderOf } from '../../../../src/sources/modbus/values/decoder-of.js';
import type { Readable } from '../../../../src/sources/modbus/values/decoder-of.js';
import { answerOf } from '../answer-of.js';

const decoded = (more: Partial<Readable>, values: readonly (number | boolean)[], at = 0): Json =>
  decoderOf({
    type: '16int',
    functionCode: 3,
    byteOrder: 'BIG',
    wordOrder: 'BIG',
    round: 6,
    bitTargetType: 'bool',
    ...more,
  })(answerOf(values), at);

const T = true;
const F = false;
const little = { byteOrder: 'LITTLE', wordOrder: 'LITTLE' } as const;

describe('the table of orders', () => {
  it.each<[Readable['type'], readonly number[], Json, Json]>([
    ['16int', [0x88a9], -22_136, -30_551],
    ['16uint', [0x3412], 4660, 13_330],
    ['16float', [0x2c4a], 12.34375, 0.067017],
    ['32int', [0xcced, 0xffff], -4660, -856_817_665],
    ['32uint', [0x7856, 0x3412], 305_419_896, 2_018_915_346],
    ['32float', [0x964e, 0x5a48], 223_546.34375, 0],
    ['64int', [4417, 21_025, 65_535, 65_535], -3_735_928_559, '1243365278113333247'],
    ['64uint', [61_374, 44_510, 30_806, 13_330], '1311768468603649775', '17275436391653061650'],
    ['64float', [52_684, 52_428, 52_444, 24_128], 123.45, -6.0659880008723545e66],
  ])('%s %j is %j in LITTLE and %j in BIG', (type, registers, inLittle, inBig) => {
    expect(decoded({ type, ...little }, registers)).toBe(inLittle);
    expect(decoded({ type }, registers)).toBe(inBig);
  });

  it('has mixed orders', () => {
    expect(decoded({ type: '32uint', wordOrder: 'LITTLE' }, [0x5678, 0x1234])).toBe(0x12345678);
    expect(decoded({ type: '32uint', byteOrder: 'LITTLE' }, [0x3412, 0x7856])).toBe(0x12345678);
  });
});

describe('64-bit integers are exact', () => {
  it.each<[Readable['type'], readonly number[], Json]>([
    ['64uint', [0x0020, 0, 0, 0], '9007199254740992'],
    ['64uint', [0x001f, 0xffff, 0xffff, 0xffff], 9_007_199_254_740_991],
    ['64int', [0xffe0, 0, 0, 1], -9_007_199_254_740_991],
    ['64int', [0xffe0, 0, 0, 0], '-9007199254740992'],
    ['64uint', [0xffff, 0xffff, 0xffff, 0xffff], '18446744073709551615'],
    ['64int', [0x8000, 0, 0, 0], '-9223372036854775808'],
    ['long', [0xffff, 0xffff, 0xffff, 0xffff], -1],
  ])('%s %j is %j', (type, registers, value) => expect(decoded({ type, objectsCount: 4 }, registers)).toBe(value));

  it('also when they are scaled, where the result is whole', () => {
    const most = [0xffff, 0xffff, 0xffff, 0xffff];
    expect(decoded({ type: '64uint', multiplier: 10 }, most)).toBe('184467440737095516150');
    expect(decoded({ type: '64uint', divider: 5 }, most)).toBe('3689348814741910323');
    expect(decoded({ type: '64uint', divider: 3 }, [0x0020, 0, 0, 1])).toBe(3_002_399_751_580_331);
    expect(decoded({ type: '64uint', divider: 1e10 }, [0, 0, 0, 5])).toBe(5e-10);
    expect(decoded({ type: '64uint', divider: 2 }, most)).toBe(2 ** 63);
    expect(decoded({ type: '32uint', multiplier: 10_000_000 }, [0xffff, 0xffff])).toBe('42949672950000000');
    expect(decoded({ type: '64int', divider: 10 }, [0, 0, 0, 50])).toBe(5);
  });
});

describe('what is no number is null', () => {
  it.each<[string, Readable['type'], readonly number[]]>([
    ['NaN of 16 bits', '16float', [0x7e00]],
    ['infinity of 16 bits', '16float', [0x7c00]],
    ['NaN of 32 bits', '32float', [0x7fc0, 0]],
    ['infinity of 32 bits', '32float', [0x7f80, 0]],
    ['minus infinity of 32 bits', '32float', [0xff80, 0]],
    ['NaN of 64 bits', '64float', [0x7ff8, 0, 0, 0]],
  ])('%s', (_, type, registers) => {
    expect(decoded({ type }, registers)).toBeNull();
    expect(decoded({ type, multiplier: 2, variants: new Map([['null', 1]]) }, registers)).toBeNull();
  });
  it('and so is a quotient beyond all floats', () =>
    expect(decoded({ type: '64float', divider: 1e-300 }, [0x7fe0, 0, 0, 0])).toBeNull());
});

describe('scaling', () => {
  it.each<[string, Partial<Readable>, readonly number[], Json]>([
    ['divides', { divider: 10 }, [215], 21.5],
    ['multiplies', { multiplier: 0.1 }, [3], 0.30000000000000004],
    ['lets the divider win', { divider: 10, multiplier: 100 }, [123], 12.3],
    ['passes 0 over', { divider: 0, multiplier: 0 }, [123], 123],
    ['takes the multiplier where the divider is 0', { divider: 0, multiplier: 2 }, [123], 246],
    ['rounds first, and the quotient not', { type: '32float', divider: 3, round: 2 }, [0x4145, 0x70a4], 12.34 / 3],
    ['leaves tiny floats as 0', { type: '32float' }, [0x3333, 0x3333], 0],
    ['has more decimals', { type: '32float', round: 10 }, [0x3333, 0x3333], 4.17e-8],
    ['rounds halves to even', { type: '32float' }, [0x3c00, 0], 0.007812],
  ])('%s', (_, more, registers, value) => expect(decoded(more, registers)).toBe(value));

  it('is none of coils', () => expect(decoded({ functionCode: 1, type: '8uint', divider: 2 }, [T, F, T])).toBe(0xa0));
});

describe('variants', () => {
  const variants = new Map<string, unknown>([
    ['1', 'on'],
    ['True', 'open'],
    ['2.0', { mode: 'auto' }],
    ['21.5', null],
    ['__proto__', 'x'],
  ]);
  it.each<[Partial<Readable>, readonly (number | boolean)[], Json]>([
    [{}, [1], 'on'],
    [{}, [5], 5],
    [{ functionCode: 1, type: 'bits' }, [T], 'open'],
    [{ functionCode: 1, type: 'bits' }, [F], false],
    [{ divider: 5 }, [10], { mode: 'auto' }],
    [{ divider: 10 }, [215], null],
  ])('%j of %j is %j', (more, values, value) => expect(decoded({ ...more, variants }, values)).toEqual(value));
});

describe('bits of registers', () => {
  const list = [F, T, F, F, T, F, T, T, F, T, F, T, T, F, T, F];
  it('are so many as were asked for, the last ones', () => {
    expect(decoded({ type: 'bits', objectsCount: 16 }, [0xd25a])).toEqual(list);
    expect(decoded({ type: 'bits', objectsCount: 4, bitTargetType: 'int' }, [0xd25a])).toEqual([1, 0, 1, 0]);
    expect(decoded({ type: 'bits', objectsCount: 1 }, [0xd25a])).toBe(F);
    expect(decoded({ type: 'bits', objectsCount: 1, bitTargetType: 'int' }, [0x0080])).toBe(1);
  });
  it('are more than 16 over several registers', () => {
    expect(decoded({ type: 'bits', objectsCount: 32 }, [0xd25a, 0xd25a])).toEqual([...list, ...list]);
    expect(decoded({ type: 'bits', objectsCount: 20 }, [0xd25a, 0xd25a])).toEqual([...list.slice(12), ...list]);
  });
  it('are picked by index, the last one beyond the end', () => {
    expect(decoded({ type: 'bits', objectsCount: 16, bit: 4 }, [0xd25a])).toBe(1);
    expect(decoded({ type: 'bits', objectsCount: 16, bit: 99 }, [0x0080])).toBe(1);
  });
});

describe('bits of coils', () => {
  it.each<[readonly boolean[], Json]>([
    [[T], T],
    [
      [T, F, T, T],
      [T, T, F, T],
    ],
    [
      [T, F, F, F, F, F, F, F],
      [F, F, F, F, F, F, F, T],
    ],
    [
      [T, F, F, F, F, F, F, F, T, T, F, F],
      [F, F, F, F, F, F, F, T, F, F, T, T],
    ],
  ])('%j are %j: each group of eight reversed', (coils, list) =>
    expect(decoded({ type: 'bits', functionCode: 1, objectsCount: coils.length }, coils)).toEqual(list),
  );
  it('are more than 16', () => {
    const coils = Array.from({ length: 24 }, (_, i) => i === 23);
    expect(decoded({ type: 'bits', functionCode: 2, objectsCount: 24 }, coils)).toEqual(
      Array.from({ length: 24 }, (_, i) => i === 16),
    );
  });
});

describe('text', () => {
  it.each<[Readable['type'], readonly number[], Json]>([
    ['string', [0x6162, 0x6364, 0x6566], 'abcdef'],
    ['string', [0x4f4e, 0], 'ON\0\0'],
    ['string', [0xc3a9], 'é'],
    ['string', [0xff41], 'ff41'],
    ['bytes', [0x0aff, 0x4142], '0aff4142'],
  ])('%s %j is %j', (type, registers, value) =>
    expect(decoded({ type, objectsCount: registers.length }, registers)).toBe(value),
  );
});

describe('a place within an answer', () => {
  it('is found behind what belongs to others', () => {
    expect(decoded({ type: '32uint' }, [9, 0x1234, 0x5678], 1)).toBe(0x12345678);
    expect(decoded({ type: 'bits', functionCode: 1, objectsCount: 3 }, [F, F, F, F, F, F, F, T, T, F], 7)).toEqual([
      F,
      T,
      T,
    ]);
    expect(decoded({ type: 'bits', objectsCount: 2 }, [0, 0x0080], 1)).toEqual([F, T]);
    expect(decoded({ type: 'string', objectsCount: 1 }, [0, 0x4142], 1)).toBe('AB');
  });
  it.each<[Partial<Readable>, readonly (number | boolean)[], number]>([
    [{ type: '32int' }, [1], 0],
    [{}, [1], 1],
    [{ type: 'string', objectsCount: 2 }, [1], 0],
    [{ type: 'bits', functionCode: 1, objectsCount: 9 }, [T], 0],
  ])('that an answer is too short for is an error: %j', (more, values, at) =>
    expect(() => decoded(more, values, at)).toThrow(ProtocolError),
  );
});
