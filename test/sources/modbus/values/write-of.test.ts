import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decode } from '../../../../src/model/decode.js';
import type { Json } from '../../../../src/model/message.js';
import { RpcError } from '../../../../src/model/rpc-error.js';
import { modbusConfig } from '../../../../src/sources/modbus/config.js';
import { decoderOf } from '../../../../src/sources/modbus/values/decoder-of.js';
import { writeOf } from '../../../../src/sources/modbus/values/write-of.js';
import type { Writable, Write } from '../../../../src/sources/modbus/values/write-of.js';
import { answerOf } from '../answer-of.js';

const big = { byteOrder: 'BIG', wordOrder: 'BIG', repack: false, address: 7 } as const;
const write = (more: Partial<Writable>, value: Json): Write =>
  writeOf({ ...big, type: '16int', functionCode: 16, ...more }, value);
const values = (more: Partial<Writable>, value: Json): readonly (number | boolean)[] => {
  const written = write(more, value);
  return 'coils' in written ? written.coils : written.registers;
};
/** What the gateway reads of what it wrote. */
const readBack = (rule: Writable, value: Json): Json => {
  const written = writeOf(rule, value);
  const functionCode = 'coils' in written ? 1 : 3;
  const read = { ...rule, functionCode, round: 20, bitTargetType: 'bool' } as const;
  return decoderOf(read)(answerOf('coils' in written ? written.coils : written.registers), 0);
};

const T = true;
const F = false;

describe('registers', () => {
  it.each<[string, Partial<Writable>, Json, readonly number[]]>([
    ['32int BIG/BIG', { type: '32int' }, 0x12345678, [0x1234, 0x5678]],
    ['32int BIG/LITTLE', { type: '32int', wordOrder: 'LITTLE' }, 0x12345678, [0x5678, 0x1234]],
    ['32float', { type: '32float' }, 12.34, [0x4145, 0x70a4]],
    ['32float as text', { type: '32float' }, '12.34', [0x4145, 0x70a4]],
    ['64int', { type: '64int' }, -3_735_928_550, [65_535, 65_535, 8530, 16_666]],
    ['64int as text', { type: '64int' }, '1243365278113333247', [0x1141, 0x5221, 0xffff, 0xffff]],
    ['64uint as text', { type: '64uint' }, '18446744073709551615', [0xffff, 0xffff, 0xffff, 0xffff]],
    ['16int as text', { type: '16int' }, '77', [77]],
    ['8uint', { type: '8uint' }, 18, [0x1200]],
    ['16float', { type: '16float', byteOrder: 'LITTLE' }, 12.34, [0x2c4a]],
    ['true as a number', { type: '16int' }, true, [1]],
    ['a sized int', { type: 'dword', objectsCount: 2 }, 5, [0, 5]],
    ['one bit', { type: 'bits', functionCode: 6 }, 'true', [1]],
    ['repacked', { type: '16int', byteOrder: 'LITTLE', repack: true }, 0x1234, [0x1234]],
    ['repacked BIG', { type: '16int', repack: true }, 0x1234, [0x1234]],
  ])('%s', (_, more, value, registers) => expect(values(more, value)).toEqual(registers));

  it('say where they go', () =>
    expect(write({ functionCode: 6 }, 5)).toEqual({ functionCode: 6, address: 7, registers: [5] }));
});

describe('fixed on purpose', () => {
  it('so many coils are written as the rule says, and read as they were given', () => {
    const rule = { ...big, type: 'bits', functionCode: 15, objectsCount: 4 } as const;
    expect(writeOf(rule, [1, 0, 1, 1])).toEqual({ functionCode: 15, address: 7, coils: [T, T, F, T] });
    expect(readBack(rule, [1, 0, 1, 1])).toEqual([T, F, T, T]);
  });
  it('more than 16 bits are written and read', () => {
    const bits = Array.from({ length: 40 }, (_, i) => i % 3 === 0);
    for (const functionCode of [15, 16])
      expect(readBack({ ...big, type: 'bits', functionCode, objectsCount: 40 }, bits)).toEqual(bits);
  });
  it('texts of any length are written whole, and no further', () => {
    expect(values({ type: 'string', objectsCount: 3 }, 'abcdef')).toEqual([0x6162, 0x6364, 0x6566]);
    expect(values({ type: 'string', objectsCount: 5 }, 'abc')).toEqual([0x6162, 0x6300, 0, 0, 0]);
    expect(values({ type: 'string', objectsCount: 100 }, 'x'.repeat(200))).toEqual(Array<number>(100).fill(0x7878));
    expect(() => values({ type: 'string', objectsCount: 1 }, 'abc')).toThrow('3 bytes, and there is room for 2');
  });
  it('function code 6 takes no value of several registers', () => {
    for (const type of ['32int', '32float', '64int'] as const)
      expect(() => write({ type, functionCode: 6 }, 1)).toThrow(
        /function code 6 writes one register, and the value has/,
      );
    expect(() => write({ type: 'string', functionCode: 6, objectsCount: 2 }, 'abcd')).toThrow('6 writes one register');
  });
  it.each<[Json, boolean]>([
    [true, T],
    ['true', T],
    ['False', F],
    ['1', T],
    [0, F],
    [' TRUE ', T],
  ])('a coil is %j: %j', (value, coil) =>
    expect(write({ type: 'bits', functionCode: 5 }, value)).toEqual({ functionCode: 5, address: 7, coils: [coil] }),
  );
});

describe('bits', () => {
  it.each<[number, Json, readonly boolean[]]>([
    [4, [1, 0, true, 'false'], [T, F, T, F]],
    [4, '[1,0,True,0]', [T, F, T, F]],
    [4, '1010', [T, F, T, F]],
    [4, 10, [T, F, T, F]],
    [8, '10', [F, F, F, F, T, F, T, F]],
    [2, [T, F], [T, F]],
  ])('%i of %j are %j', (objectsCount, value, bits) => {
    expect(readBack({ ...big, type: 'bits', functionCode: 16, objectsCount }, value)).toEqual(bits);
    expect(readBack({ ...big, type: 'coils', functionCode: 15, objectsCount }, value)).toEqual(bits);
  });
  it('in coils of a number begin with the most significant one', () => {
    expect(values({ type: '8int', functionCode: 15 }, -128)).toEqual([T, F, F, F, F, F, F, F]);
    expect(values({ type: '8int', functionCode: 15, objectsCount: 1 }, 0)).toEqual([F]);
    expect(() => values({ type: '8int', functionCode: 15, objectsCount: 1 }, 1)).toThrow('more than 1 coils');
  });
});

describe('what cannot be written', () => {
  it.each<[Partial<Writable>, Json]>([
    [{ functionCode: 3 }, 1],
    [{ functionCode: 6 }, 70_000],
    [{ type: '16uint' }, -1],
    [{ type: '8int' }, 128],
    [{}, 12.7],
    [{}, '12.7'],
    [{}, 'x'],
    [{}, ''],
    [{}, null],
    [{}, [1]],
    [{ type: '64uint' }, '18446744073709551616'],
    [{ type: '64int' }, '9'.repeat(50)],
    [{ type: '16float' }, 65_520],
    [{ type: '32float' }, 1e39],
    [{ type: '32float' }, 'Infinity'],
    [{ type: '32float' }, 'NaN'],
    [{ type: '32float' }, ''],
    [{ type: 'bytes', objectsCount: 1 }, 'xyz'],
    [{ type: 'int', objectsCount: 3 }, 1],
    [{ type: 'bits', functionCode: 5 }, 2],
    [{ type: 'bits', functionCode: 5 }, {}],
    [{ type: 'bits', functionCode: 5, objectsCount: 2 }, 1],
    [{ type: 'bits', functionCode: 15, objectsCount: 4 }, [1, 0, 1]],
    [{ type: 'bits', functionCode: 15, objectsCount: 4 }, 16],
    [{ type: 'bits', functionCode: 15, objectsCount: 4 }, -1],
    [{ type: 'bits', functionCode: 15, objectsCount: 4 }, '[1,'],
  ])('%j with %j is an error that says why', (more, value) => {
    expect(() => write(more, value)).toThrow(RpcError);
  });
});

const types = ['8int', '8uint', '16int', '16uint', '32int', '32uint', '64int', '64uint'] as const;
const orders = fc.record({
  byteOrder: fc.constantFrom('BIG', 'LITTLE'),
  wordOrder: fc.constantFrom('BIG', 'LITTLE'),
});

describe('what is written is read again as it was', () => {
  it('whole numbers', () =>
    fc.assert(
      fc.property(fc.constantFrom(...types), fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), orders, (type, n, order) => {
        const size = BigInt(parseInt(type, 10));
        const whole = type.includes('u') ? BigInt.asUintN(Number(size), n) : BigInt.asIntN(Number(size), n);
        const near = Number(whole);
        const meant = Number.isSafeInteger(near) ? near : whole.toString();
        expect(readBack({ ...big, ...order, type, functionCode: 16 }, whole.toString())).toBe(meant);
      }),
    ));
  it('floats', () =>
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e6, max: 1e6 }), orders, (n, order) => {
        const rule = { ...big, ...order, functionCode: 16 };
        expect(readBack({ ...rule, type: '64float' }, n)).toBeCloseTo(n, 19);
        expect(readBack({ ...rule, type: '32float' }, n)).toBeCloseTo(Math.fround(n), 19);
      }),
    ));
  it('bits, of registers and of coils', () =>
    fc.assert(
      fc.property(
        fc.array(fc.boolean(), { minLength: 2, maxLength: 200 }),
        fc.constantFrom(15, 16),
        (bits, functionCode) => {
          expect(readBack({ ...big, type: 'bits', functionCode, objectsCount: bits.length }, bits)).toEqual(bits);
        },
      ),
    ));
  it('texts', () =>
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => {
        const room = Math.max(1, Math.ceil(Buffer.byteLength(text) / 2));
        const back = readBack({ ...big, type: 'string', functionCode: 16, objectsCount: room }, text);
        expect((typeof back === 'string' ? back : '').padEnd(text.length + 1, '\0').startsWith(text)).toBe(true);
      }),
    ));
});

describe('the incumbent’s attribute updates', () => {
  const load = (path: string): unknown =>
    JSON.parse(
      readFileSync(new URL(`../../../fixtures/compat/tests/blackbox/data/modbus/${path}`, import.meta.url), 'utf8'),
    );
  it.each([
    ['holding_registers', 'big'],
    ['holding_registers', 'little'],
    ['coils_registers', 'big'],
    ['coils_registers', 'little'],
  ])('of %s in %s are read as they were written', (area, order) => {
    const { Modbus } = load(`configs/attrs_update_configs/attrs_update_${area}_${order}.json`) as {
      Modbus: { configurationJson: unknown };
    };
    const given = load(
      `test_values/attrs_update/${area === 'coils_registers' ? 'discrete_and_coils_registers' : area}_values_${order}.json`,
    ) as Readonly<Record<string, Json>>;
    const slave = decode(modbusConfig, Modbus.configurationJson).value!.master.slaves[0]!;
    const rules = slave.attributeUpdates.filter(({ tag }) => tag in given);
    expect(rules.length).toBeGreaterThan(0);
    for (const rule of rules) {
      const back = readBack(
        { ...rule, repack: slave.repack, byteOrder: slave.byteOrder, wordOrder: slave.wordOrder },
        given[rule.tag]!,
      );
      if (rule.type.includes('float'))
        expect(Math.abs(Number(back) - Number(given[rule.tag]))).toBeLessThanOrEqual(
          Math.abs(Number(back)) * 1e-3 + 1e-6,
        );
      else expect(typeof back === 'number' ? String(back) : back, rule.tag).toEqual(given[rule.tag]);
    }
  });
});
