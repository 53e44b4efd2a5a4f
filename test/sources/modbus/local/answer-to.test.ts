import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { answerTo } from '../../../../src/sources/modbus/local/answer-to.js';
import type { Memory } from '../../../../src/sources/modbus/local/initial-memory.js';

const memoryWith = (): Memory => ({
  coils: new Map([
    [0, true],
    [9, true],
  ]),
  discreteInputs: new Map([[65_535, true]]),
  holdingRegisters: new Map([
    [0, 0x1234],
    [65_535, 7],
  ]),
  inputRegisters: new Map([[3, 9]]),
});

const asked = (hex: string, memory = memoryWith()): string =>
  answerTo(memory, {}, Buffer.from(hex, 'hex')).toString('hex');

describe('the local slave', () => {
  it.each([
    ['reads coils, the first in the least bit', '010000000a', '01020102'],
    ['reads discrete inputs up to the last address', '02ffff0001', '020101'],
    ['reads holding registers, and what nobody set as 0', '0300000002', '030412340000'],
    ['reads input registers', '0400030001', '04020009'],
    ['reads the last register', '03ffff0001', '03020007'],
    ['has no register beyond it', '03ffff0002', '8302'],
    ['reads no more than 125 registers', '030000007e', '8303'],
    ['reads no more than 2000 bits', '01000007d1', '8103'],
    ['reads something', '0300000000', '8303'],
    ['takes no request that is too short', '03000000', '8303'],
    ['takes no request that is too long', '030000000100', '8303'],
    ['takes no function code but its own', '1400', '9401'],
    ['takes no message without any', '', '8001'],
  ])('%s', (_, request, answer) => expect(asked(request)).toBe(answer));

  it.each([
    ['one coil', '05000aff00', '05000aff00', '010000000a', '01020102', '01000a0001', '010101'],
    ['one register', '060001beef', '060001beef', '0300000002', '03041234beef', '0400030001', '04020009'],
    ['coils', '0f0002000a02ff03', '0f0002000a', '010000000d', '0102fd0f', '0200020001', '020100'],
    ['registers', '10fffe000204000a000b', '10fffe0002', '03fffe0002', '0304000a000b', '0400030001', '04020009'],
  ])('writes %s', (_, write, answer, read, then, other, untouched) => {
    const memory = memoryWith();
    expect([asked(write, memory), asked(read, memory), asked(other, memory)]).toEqual([answer, then, untouched]);
  });

  it.each([
    ['a coil that is neither on nor off', '0500000001', '8503'],
    ['registers whose count is not that of their bytes', '100000000203000a00', '9003'],
    ['registers that do not come whole', '100000000204000a00', '9003'],
    ['registers beyond the last address', '10ffff000204000a000b', '9002'],
    ['coils whose count is not that of their bytes', '0f0000000902ff', '8f03'],
    ['more than 123 registers', `100000007cf8${'00'.repeat(248)}`, '9003'],
  ])('writes nothing of %s', (_, write, answer) => {
    const memory = memoryWith();
    expect(asked(write, memory)).toBe(answer);
    expect(memory).toEqual(memoryWith());
  });

  it('throws at no message, and answers each with its function code', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 253 }), (bytes) => {
        const answer = answerTo(memoryWith(), { vendorName: 'x' }, Buffer.from(bytes));
        expect(answer[0]! & 0x7f).toBe(bytes[0]! & 0x7f);
        expect(answer.length).toBeGreaterThan(1);
        expect(answer.length).toBeLessThanOrEqual(253);
      }),
    );
  });
});

describe('its identification', () => {
  const identity = { vendorName: 'V', productCode: 'PC', vendorUrl: 'http://v', productName: 'P', ModelName: 'M' };
  const told = (hex: string, of: object = identity): string =>
    answerTo(memoryWith(), of, Buffer.from(hex, 'hex')).toString('latin1');
  const text = (...parts: readonly (string | number)[]): string =>
    parts
      .map((part) =>
        typeof part === 'string' ? `${String.fromCharCode(part.length)}${part}` : String.fromCharCode(part),
      )
      .join('');

  it('is given basic, regular, and one by one', () => {
    const basic = [0, 'V', 1, 'PC', 2, ''] as const;
    expect(told('2b0e0100')).toBe(text(43, 14, 1, 0x82, 0, 0, 3, ...basic));
    expect(told('2b0e0200')).toBe(text(43, 14, 2, 0x82, 0, 0, 6, ...basic, 3, 'http://v', 4, 'P', 5, 'M'));
    expect(told('2b0e0404')).toBe(text(43, 14, 4, 0x82, 0, 0, 1, 4, 'P'));
    expect(told('2b0e0204')).toBe(text(43, 14, 2, 0x82, 0, 0, 2, 4, 'P', 5, 'M'));
  });
  it('is cut where an answer ends, and goes on with the next', () => {
    const long = { vendorName: 'a'.repeat(200), productCode: 'b'.repeat(200) };
    expect(told('2b0e0100', long)).toBe(text(43, 14, 1, 0x82, 0xff, 1, 1, 0, 'a'.repeat(200)));
    expect(told('2b0e0101', long)).toBe(text(43, 14, 1, 0x82, 0, 0, 2, 1, 'b'.repeat(200), 2, ''));
  });
  it.each(['2b0e0500', '2b0d0100', '2b0e01', '2b0e0409'])('is refused for %s', (request) =>
    expect(told(request)).toBe(text(43 | 0x80, 3)),
  );
});
