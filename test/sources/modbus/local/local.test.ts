import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { decode } from '../../../../src/model/decode.js';
import { modbusConfig } from '../../../../src/sources/modbus/config.js';
import { localAsSlave } from '../../../../src/sources/modbus/local/local-as-slave.js';
import { initialMemory } from '../../../../src/sources/modbus/local/initial-memory.js';
import { pointsOf } from '../../../../src/sources/modbus/reading/points-of.js';

const sample: unknown = JSON.parse(
  readFileSync(new URL('../../../fixtures/compat/thingsboard_gateway/config/modbus.json', import.meta.url), 'utf8'),
);
const local = decode(modbusConfig, sample).value!.slave!;

const item = { tag: 't', type: '16int', address: 3, value: 1 };
const localWith = (values: object) => {
  const slave = { host: 'h', port: 502, method: 'socket', unitId: 1, byteOrder: 'BIG', wordOrder: 'BIG', values };
  const { value, problems } = decode(modbusConfig, { slave });
  expect(problems).toEqual([]);
  return value!.slave!;
};

describe('the memory of the local slave', () => {
  it('of the sample holds its values at their addresses', () => {
    const { holdingRegisters, coils, inputRegisters, discreteInputs } = initialMemory(local);
    expect([...holdingRegisters]).toEqual([
      [1, 0x4f4e],
      [2, 0x2e30],
      [29, 0xdb04],
      [30, 0],
      [31, 0x1600],
    ]);
    expect([...coils]).toEqual([[5, false]]);
    expect([inputRegisters.size, discreteInputs.size]).toEqual([0, 0]);
  });
  it('has bits and numbers of all areas', () => {
    const memory = initialMemory(
      localWith({
        discrete_inputs: { timeseries: [{ ...item, type: 'bits', objectsCount: 3, value: [1, 1, 0] }] },
        input_registers: {
          attributes: [
            { ...item, type: '32float', objectsCount: 2, value: 12.34 },
            { tag: 'n', type: '16int', address: 9 },
          ],
        },
      }),
    );
    expect([...memory.discreteInputs]).toEqual([
      [3, false],
      [4, true],
      [5, true],
    ]);
    expect([...memory.inputRegisters]).toEqual([
      [3, 0x4145],
      [4, 0x70a4],
    ]);
  });
  it('says which value its type cannot hold, and goes on with the others', () => {
    const wrong = localWith({
      holding_registers: {
        timeseries: [
          { ...item, value: 'x' },
          { ...item, address: 4 },
        ],
      },
    });
    expect(() => initialMemory(wrong)).toThrow('is no whole number');
    const tags: string[] = [];
    expect([...initialMemory(wrong, (tag) => tags.push(tag)).holdingRegisters]).toEqual([[4, 1]]);
    expect(tags).toEqual(['t']);
  });
});

describe('the local slave as a device', () => {
  it('is polled by areas, and keeps the codes of its rules', () => {
    const slave = localAsSlave(local);
    expect(slave).toMatchObject({
      host: '127.0.0.1',
      port: 5026,
      unitId: 0,
      deviceName: 'Modbus Slave Example',
      pollPeriod: 5000,
    });
    expect(pointsOf(slave).map(({ key, functionCode, address }) => [key, functionCode, address])).toEqual([
      ['sm', 3, 1],
      ['coil', 1, 5],
      ['smm', 3, 2],
    ]);
    expect(slave.attributeUpdates.map(({ tag, functionCode }) => [tag, functionCode])).toEqual([
      ['shared_attribute_write', 6],
    ]);
    expect(slave.rpc.map(({ tag, functionCode }) => [tag, functionCode])).toEqual([['setValue', 6]]);
  });
});
