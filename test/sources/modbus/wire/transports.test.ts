import { afterAll, beforeAll, expect, it } from 'vitest';
import { NoAnswer } from '../../../../src/sources/modbus/wire/no-answer.js';
import { SlaveException } from '../../../../src/sources/modbus/wire/slave-exception.js';
import { haveLibmodbus, startLibmodbus } from '../../../peers/modbus-libmodbus.js';
import type { ModbusPeer } from '../../../peers/modbus-peer.js';
import { havePymodbus, startPymodbus } from '../../../peers/modbus-pymodbus.js';
import { haveSocat, ptyPair } from '../../../peers/pty-pair.js';
import type { PtyPair } from '../../../peers/pty-pair.js';
import { peer } from '../../../peers/require-peer.js';
import { answerOf } from '../answer-of.js';
import { wireTo } from './wire-to.js';
import type { WireTo } from './wire-to.js';

const rows = [
  { type: 'tcp', method: 'socket', of: 'libmodbus' },
  { type: 'serial', method: 'rtu', of: 'libmodbus' },
  { type: 'tcp', method: 'socket', of: 'pymodbus' },
  { type: 'tcp', method: 'rtu', of: 'pymodbus' },
  { type: 'tcp', method: 'ascii', of: 'pymodbus' },
  { type: 'udp', method: 'socket', of: 'pymodbus' },
  { type: 'udp', method: 'rtu', of: 'pymodbus' },
  { type: 'udp', method: 'ascii', of: 'pymodbus' },
  { type: 'serial', method: 'rtu', of: 'pymodbus' },
  { type: 'serial', method: 'ascii', of: 'pymodbus' },
] as const;

for (const { type, method, of } of rows) {
  const present = (of === 'libmodbus' ? haveLibmodbus() : havePymodbus()) && (type !== 'serial' || haveSocat());
  const needed = type === 'serial' ? `${of} or socat` : of;
  peer(needed, present)(`${method} over ${type}, with a slave of ${of}`, () => {
    let pair: PtyPair | undefined;
    let slave: ModbusPeer;
    let master: WireTo;

    beforeAll(async () => {
      if (type === 'serial') pair = await ptyPair();
      if (of === 'libmodbus')
        slave = await startLibmodbus(pair === undefined ? { tcp: true } : { device: pair.theirs, unit: 1 });
      else
        slave = await startPymodbus({
          kind: type,
          framer: method,
          ...(pair === undefined ? {} : { port: pair.theirs }),
        });
      master = await wireTo({ type, method, port: pair?.ours ?? slave.port });
    });
    afterAll(async () => {
      master.close();
      await slave.close();
      await pair?.close();
    });

    it('reads all four areas, up to the most that one answer holds', async () => {
      const words = Array.from({ length: 125 }, (_, i) => (i * 521 + 7) & 0xffff);
      const bits = Array.from({ length: 1_999 }, (_, i) => (i * i) % 3 === 1);
      await slave.set('h', 3, words);
      await slave.set('i', 3, [...words].reverse());
      await slave.set('c', 1, bits.map(Number));
      await slave.set(
        'd',
        1,
        bits.map((bit) => Number(!bit)),
      );
      expect(await master.read({ functionCode: 3, address: 3, count: 125 })).toEqual(answerOf(words));
      expect(await master.read({ functionCode: 4, address: 3, count: 125 })).toEqual(answerOf([...words].reverse()));
      expect(await master.read({ functionCode: 1, address: 1, count: 1_999 })).toEqual(answerOf(bits));
      expect(await master.read({ functionCode: 2, address: 1, count: 11 })).toEqual(
        answerOf(bits.slice(0, 11).map((bit) => !bit)),
      );
    });

    it('writes one and many', async () => {
      await master.write({ functionCode: 6, address: 200, registers: [0xbeef] });
      await master.write({ functionCode: 16, address: 201, registers: [1, 2, 65_535] });
      expect(await slave.get('h', 200, 4)).toEqual([0xbeef, 1, 2, 65_535]);
      await master.write({ functionCode: 5, address: 300, coils: [true] });
      await master.write({
        functionCode: 15,
        address: 301,
        coils: [true, false, true, true, false, true, true, true, true],
      });
      expect(await slave.get('c', 300, 10)).toEqual([1, 1, 0, 1, 1, 0, 1, 1, 1, 1]);
      await master.write({ functionCode: 5, address: 300, coils: [false] });
      expect(await slave.get('c', 300, 1)).toEqual([0]);
    });

    it('hears the slave’s exception, and goes on', async () => {
      const refused = await master.read({ address: 5_000, count: 2 }).catch((error: unknown) => error);
      expect(refused).toBeInstanceOf(SlaveException);
      expect(refused).toMatchObject({ exception: 2 });
      expect(String(refused)).toContain('illegal data address');
      await slave.set('h', 0, [42]);
      expect(await master.read({})).toEqual(answerOf([42]));
    });

    it('says that nothing came, and does not take what comes later for something else', async () => {
      await slave.set('h', 10, [10, 11]);
      slave.pause();
      await expect(master.read({ address: 10 }, 150)).rejects.toBeInstanceOf(NoAnswer);
      await expect(master.read({ address: 11 }, 150)).rejects.toBeInstanceOf(NoAnswer);
      slave.resume();
      expect(await master.read({ address: 11 }, 5_000)).toEqual(answerOf([11]));
      expect(await master.read({ address: 10 })).toEqual(answerOf([10]));
    });
  });
}
