import { firstValueFrom, lastValueFrom } from 'rxjs';
import { expect, test } from 'vitest';
import { localWire } from '../../../src/sources/modbus/local-wire.js';

const memory = () => ({
  coils: new Map([[3, true]]),
  discreteInputs: new Map([[0, true]]),
  holdingRegisters: new Map([[1, 0x1234]]),
  inputRegisters: new Map([[1, 7]]),
});

test.each([
  [1, 3, 9, '0100'],
  [2, 0, 1, '01'],
  [3, 0, 3, '000012340000'],
  [4, 1, 1, '0007'],
] as const)('function code %d is answered as on the wire', async (functionCode, address, count, hex) => {
  const wire = localWire(memory());
  const bytes = await firstValueFrom(wire.read({ unitId: 1, functionCode, address, count }, 1));
  expect(bytes.toString('hex')).toBe(hex);
});

test('what is written is there', async () => {
  const its = memory();
  const wire = localWire(its);
  const done = { defaultValue: undefined };
  await lastValueFrom(wire.write(1, { functionCode: 15, address: 3, coils: [false, true] }, 1), done);
  await lastValueFrom(wire.write(1, { functionCode: 16, address: 9, registers: [1, 2] }, 1), done);
  expect([its.coils.get(3), its.coils.get(4), its.holdingRegisters.get(10)]).toEqual([false, true, 2]);
});
