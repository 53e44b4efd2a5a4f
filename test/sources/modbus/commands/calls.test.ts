import { describe, expect, it } from 'vitest';
import type { Json } from '../../../../src/model/message.js';
import { RpcError } from '../../../../src/model/rpc-error.js';
import { attributeWrites } from '../../../../src/sources/modbus/commands/attribute-writes.js';
import { callOf } from '../../../../src/sources/modbus/commands/call-of.js';
import { connectorCall } from '../../../../src/sources/modbus/commands/connector-call.js';
import type { Call } from '../../../../src/sources/modbus/commands/placed-call.js';
import { reservedCall } from '../../../../src/sources/modbus/commands/reserved-call.js';
import { sharedKeys } from '../../../../src/sources/modbus/commands/shared-keys.js';
import type { Slave } from '../../../../src/sources/modbus/config/slave.js';
import { encodeOf } from '../../../../src/sources/modbus/values/encode-of.js';
import { answerOf } from '../answer-of.js';
import { slaveWith } from '../slave-with.js';

const slave = slaveWith({
  rpc: {
    getPower: { type: '16int', functionCode: 3, address: 4, divider: 10 },
    setPower: { type: '32int', functionCode: 16, address: 6 },
    setBoth: { type: '32int', functionCode: 6, address: 6 },
  },
  attributeUpdates: [
    { tag: 'relay', type: 'bits', functionCode: 5, address: 1 },
    { tag: 'level', type: '16int', functionCode: 6, address: 2, byteOrder: 'LITTLE' },
  ],
});

const askable = (one: Slave) => ({ slave: one, encode: encodeOf(one) });
const read = (call: Call | RpcError, registers: readonly number[]): Json => {
  if (call instanceof RpcError || call.kind !== 'read') throw new Error('no read');
  return call.decode(answerOf(registers), 0);
};
const failure = (run: () => unknown): readonly [number, string] => {
  try {
    run();
  } catch (error) {
    if (error instanceof RpcError) return [error.code, error.message];
  }
  throw new Error('it did not fail');
};

describe('a call of a device', () => {
  it('is the rule of its tag', () => {
    const call = callOf(slave, encodeOf(slave), 'getPower', null);
    expect(call).toMatchObject({ kind: 'read', place: { functionCode: 3, address: 4, width: 1 } });
    expect(read(call, [215])).toBe(21.5);
    expect(callOf(slave, encodeOf(slave), 'setPower', '70000')).toEqual({
      kind: 'write',
      write: { functionCode: 16, address: 6, registers: [1, 4464] },
      value: '70000',
    });
  });
  it('may say its place itself', () => {
    const call = callOf(slave, encodeOf(slave), 'get', 'type=32uint;functionCode=4;objectsCount=2;address=9;');
    expect(call).toMatchObject({ place: { functionCode: 4, address: 9, width: 2 } });
    expect(read(call, [1, 0])).toBe(65_536);
    expect(
      callOf(slave, encodeOf(slave), 'set', 'type=16int;functionCode=6;objectsCount=1;address=2;value=77;'),
    ).toMatchObject({
      write: { functionCode: 6, address: 2, registers: [77] },
    });
  });
  it('that means nothing is answered with why', () => {
    expect(failure(() => callOf(slave, encodeOf(slave), 'other', null))).toEqual([404, 'Method not found for other']);
    expect(failure(() => callOf(slave, encodeOf(slave), '__proto__', null))[0]).toBe(404);
    expect(failure(() => callOf(slave, encodeOf(slave), 'setBoth', 1))).toEqual([
      400,
      expect.stringContaining('function code 6'),
    ]);
    expect(failure(() => callOf(slave, encodeOf(slave), 'setPower', null))).toEqual([400, 'null is no whole number']);
    const beyond = 'type=32int;functionCode=3;objectsCount=2;address=65535;';
    expect(failure(() => callOf(slave, encodeOf(slave), 'get', beyond))[1]).toContain('below 65536');
  });
});

describe('the text of get and set', () => {
  it.each([
    ['get', 'type=16int;functionCode=3;objectsCount=1;address=2'],
    ['get', 'functionCode=3;type=16int;objectsCount=1;address=2;'],
    ['get', 'type=16int;functionCode=6;objectsCount=1;address=2;'],
    ['get', 'type=24int;functionCode=3;objectsCount=1;address=2;'],
    ['get', 'type=int;functionCode=3;objectsCount=3;address=2;'],
    ['get', 'type=string;functionCode=3;objectsCount=0;address=2;'],
    ['set', 'type=16int;functionCode=6;objectsCount=1;address=2;'],
    ['set', { type: '16int' }],
  ] as const)('%s %j is refused', (method, params) =>
    expect(failure(() => reservedCall(method, params))).toEqual([400, expect.stringContaining('type=16int;')]),
  );
  it('has a value that may hold = and ;', () =>
    expect(reservedCall('set', 'type=string;functionCode=16;objectsCount=4;address=2;value=a=b;c;')).toEqual({
      type: 'string',
      functionCode: 16,
      objectsCount: 4,
      address: 2,
      value: 'a=b;c',
    }));
});

describe('a call without a device', () => {
  const other = slaveWith({ deviceName: 'E', wordOrder: 'LITTLE' });
  const params = { type: '32int', functionCode: 16, objectsCount: 2, address: 3, value: '65536', connectorId: 'x' };
  it('asks every slave, each in its own orders', () =>
    expect(connectorCall([slave, other].map(askable), 'modbus_set', params)).toMatchObject([
      { slave, call: { write: { registers: [1, 0] } } },
      { slave: other, call: { write: { registers: [0, 1] } } },
    ]));
  it('asks one that it describes', () => {
    const place = { host: '10.0.0.9', port: 503, method: 'socket', unitId: 4 };
    const get = { type: '16int', functionCode: 3, address: 3 };
    expect(connectorCall([slave].map(askable), 'modbus_get', { ...get, ...place })).toMatchObject([
      { slave: { ...place, type: 'tcp' }, call: { kind: 'read' } },
    ]);
    const line = { port: '/dev/ttyS1', method: 'rtu', unitId: 4 };
    expect(connectorCall([], 'modbus_get', { ...get, ...line })).toMatchObject([
      { slave: { ...line, type: 'serial' } },
    ]);
    expect(failure(() => connectorCall([slave].map(askable), 'modbus_get', { ...get, unitId: 4 }))).toEqual([
      400,
      expect.stringContaining('method: expected'),
    ]);
  });
  it('is refused where it cannot be', () => {
    expect(failure(() => connectorCall([slave].map(askable), 'modbus_reset', params))[0]).toBe(404);
    expect(failure(() => connectorCall([slave].map(askable), 'modbus_get', params))[1]).toBe(
      'Unsupported function code in RPC request.',
    );
    expect(failure(() => connectorCall([slave].map(askable), 'modbus_set', 'x'))[0]).toBe(400);
  });
  it('has what one slave cannot do beside what the others can', () => {
    const [asked] = connectorCall([slave].map(askable), 'modbus_set', { ...params, value: 'x' });
    expect(asked?.call).toBeInstanceOf(RpcError);
  });
});

describe('changed attributes', () => {
  it('are written by the rules of their names, and what cannot be stops no other', () => {
    const written = attributeWrites(slave, encodeOf(slave), { level: 1, relay: 'maybe', other: 3 });
    expect(written).toMatchObject([
      { tag: 'relay', write: { code: 400 } },
      { tag: 'level', write: { functionCode: 6, address: 2, registers: [256] } },
    ]);
    expect(attributeWrites(slave, encodeOf(slave), {})).toEqual([]);
  });
  it('are asked for when their device connects', () => {
    const keysOf = sharedKeys([slave, slaveWith({ deviceName: 'E' })])!;
    expect([keysOf('D'), keysOf('E'), keysOf('F')]).toEqual([['relay', 'level'], [], []]);
    expect(sharedKeys([slaveWith({})])).toBeUndefined();
  });
});
