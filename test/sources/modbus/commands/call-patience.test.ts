import { expect, test } from 'vitest';
import { callPatience } from '../../../../src/sources/modbus/commands/call-patience.js';
import { slaveWith } from '../slave-with.js';

const rule = { type: '16uint', functionCode: 3, address: 0 };
const patience = callPatience([
  slaveWith({
    rpc: [
      { ...rule, tag: 'quick' },
      { ...rule, tag: 'slow', timeout: 60 },
    ],
  }),
  slaveWith({ unitId: 2, rpc: [{ ...rule, tag: 'other', timeout: 20 }] }),
]);
const of = (method: string, device?: string): number =>
  patience({ kind: 'rpc', id: 1, method, params: null, ...(device === undefined ? {} : { device }) });

test.each([
  ['a rule without a timeout', 'quick', 'D', 6_000],
  ['a rule with one', 'slow', 'D', 61_000],
  ['a rule of another slave of the device', 'other', 'D', 21_000],
  ['no rule', 'get', 'D', 6_000],
  ['no device', 'modbus_get', undefined, 6_000],
] as const)('%s', (_name, method, device, ms) => expect(of(method, device)).toBe(ms));
