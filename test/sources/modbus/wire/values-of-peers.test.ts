import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Json } from '../../../../src/model/message.js';
import { decode } from '../../../../src/model/decode.js';
import { point } from '../../../../src/sources/modbus/config/point.js';
import { decoderOf } from '../../../../src/sources/modbus/values/decoder-of.js';
import type { Order } from '../../../../src/sources/modbus/values/layout-of.js';
import { writeOf } from '../../../../src/sources/modbus/values/write-of.js';
import { haveLibmodbus, startLibmodbus } from '../../../peers/modbus-libmodbus.js';
import type { ModbusPeer, RegisterOrder } from '../../../peers/modbus-peer.js';
import { havePymodbus, startPymodbus } from '../../../peers/modbus-pymodbus.js';
import { peer } from '../../../peers/require-peer.js';
import { wireTo } from './wire-to.js';
import type { WireTo } from './wire-to.js';

const orders: readonly [RegisterOrder, Order, Order][] = [
  ['ABCD', 'BIG', 'BIG'],
  ['BADC', 'LITTLE', 'BIG'],
  ['CDAB', 'BIG', 'LITTLE'],
  ['DCBA', 'LITTLE', 'LITTLE'],
];

const values: readonly [string, number, string, Json][] = [
  ['16int', 1, '-22136', -22136],
  ['16uint', 1, '13330', 13330],
  ['16uint', 1, '65535', 65535],
  ['32int', 2, '-4660', -4660],
  ['32uint', 2, '4022250974', 4022250974],
  ['32float', 2, '223546.34', 223546.34375],
  ['32float', 2, '-0.0625', -0.0625],
  ['64int', 4, '-3735928559', -3735928559],
  ['64int', 4, '-9223372036854775808', '-9223372036854775808'],
  ['64uint', 4, '1311768468603649775', '1311768468603649775'],
  ['64uint', 4, '18446744073709551615', '18446744073709551615'],
  ['64float', 4, '-123.4567', -123.4567],
  ['16float', 1, '12.34375', 12.34375],
];

/** libmodbus knows no floats of 16 and 64 bits. */
const ofLibmodbus = values.filter(([type]) => type !== '64float' && type !== '16float');

const suites = [
  ['libmodbus', haveLibmodbus(), startLibmodbus, ofLibmodbus],
  ['pymodbus', havePymodbus(), startPymodbus, values],
] as const;

for (const [name, present, start, known] of suites)
  peer(name, present)(`values that ${name} encodes`, () => {
    let slave: ModbusPeer;
    let master: WireTo;
    beforeAll(async () => {
      slave = await start();
      master = await wireTo({ port: slave.port });
    });
    afterAll(async () => {
      master.close();
      await slave.close();
    });

    it.each(known)('%s over %i registers: %s is read, and written back as it was', async (type, count, text, value) => {
      for (const [order, byteOrder, wordOrder] of orders) {
        await slave.set('h', 20, [0, 0, 0, 0]);
        await slave.encode(type, order, 20, text);
        const raw = await master.read({ address: 20, count });
        const plain = { tag: 't', type, functionCode: 3, address: 20, objectsCount: count, byteOrder, wordOrder };
        const read = decode(point, plain).value!;
        expect([order, decoderOf({ ...read, byteOrder, wordOrder })(raw, 0)]).toEqual([order, value]);

        const rule = { ...read, functionCode: 16, address: 40, byteOrder, wordOrder, repack: false };
        await master.write(writeOf(rule, type.endsWith('float') ? value : text));
        expect([order, await slave.get('h', 40, count)]).toEqual([order, await slave.get('h', 20, count)]);
      }
    });
  });
