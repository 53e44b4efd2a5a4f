import { expect, test } from 'vitest';
import type { Command } from '../../src/model/command.js';
import { GATEWAY_DEVICE } from '../../src/model/message.js';
import type { Json } from '../../src/model/message.js';
import { deviceChanges } from '../../src/operators/device-changes.js';
import { deletedDevices } from '../../src/sinks/thingsboard/deleted-devices.js';

const rpc = (method: string, params: Json, device?: string): Command => ({
  kind: 'rpc',
  id: 1,
  method,
  params,
  ...(device === undefined ? {} : { device }),
});
const [renamed, deleted] = ['gateway_device_renamed', 'gateway_device_deleted'];

test.each<[string, Json, readonly (readonly [string, string])[]]>([
  [
    'one and another',
    { a: 'b', c: 'd' },
    [
      ['a', 'b'],
      ['c', 'd'],
    ],
  ],
  ['a name of a prototype', JSON.parse('{"__proto__":"x"}') as Json, [['__proto__', 'x']]],
  ['to its own name', { a: 'a' }, []],
  ['to no name', { a: '', b: 1, c: null, d: ['e'], '': 'f' }, []],
  ['the gateway itself, or to its name', { [GATEWAY_DEVICE]: 'a', b: GATEWAY_DEVICE }, []],
  ['a list', ['a', 'b'], []],
  ['a text', 'a', []],
  ['nothing', null, []],
])('renamed: %s', (_, params, expected) => {
  expect(deviceChanges(rpc(renamed, params))).toEqual({ renamed: expected, deleted: [] });
  expect(deletedDevices(rpc(renamed, params))).toEqual(expected.map(([old]) => old));
});

test.each<[Json, readonly string[]]>([
  ['a', ['a']],
  [['a'], ['a']],
  [['a', 'b'], ['a']],
  [[], []],
  [[1], []],
  ['', []],
  [null, []],
  [{ a: 'b' }, []],
  [GATEWAY_DEVICE, []],
])('deleted: %j', (params, expected) => {
  expect(deviceChanges(rpc(deleted, params))).toEqual({ renamed: [], deleted: expected });
  expect(deletedDevices(rpc(deleted, params))).toEqual(expected);
});

test('another command changes nothing, and neither does one of a device', () => {
  const others: readonly Command[] = [
    rpc('other', 'a'),
    rpc(deleted, 'a', 'd'),
    rpc(renamed, { a: 'b' }, 'd'),
    { kind: 'attributeUpdate', values: { a: 'b' }, deleted: ['a'] },
  ];
  for (const command of others) expect(deviceChanges(command)).toEqual({ renamed: [], deleted: [] });
});
