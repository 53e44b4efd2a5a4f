import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { connectedDevices } from '../../src/config/connected-devices.js';
import { folderFor } from '../operators/buffer/with-store.js';

const connectors = [
  { name: 'Plant', type: 'mqtt', configuration: 'plant.json' },
  { name: 'Meters', type: 'modbus', configuration: 'meters.json' },
];
const found = (text: string | undefined) => {
  let result: ReturnType<typeof connectedDevices> | undefined;
  return folderFor((folder) => {
    writeFileSync(join(folder, 'plant.json'), '{"id": "id-of-plant"}');
    if (text !== undefined) writeFileSync(join(folder, 'connected_devices.json'), text);
    result = connectedDevices(folder, connectors);
    return Promise.resolve();
  }).then(() => result!);
};
const known = (device: string, connector: string, profile = 'default', connected = true) => ({
  device,
  profile,
  connector,
  connected,
});

test('both forms of the incumbent’s file are read, the connector by its id, else by its name', async () => {
  const file = `{
    "a": {"connectorName": "Old name", "deviceType": "thermo", "connectorId": "id-of-plant", "renaming": null, "disconnected": false},
    "b": {"connectorName": "Meters", "deviceType": "", "renaming": "b now", "disconnected": true},
    "c": ["Meters", "pump", "c now"],
    "d": ["Plant"],
    "__proto__": ["Plant", "x", "__proto__"]
  }`;
  expect(await found(file)).toEqual({
    devices: [
      known('a', 'Plant', 'thermo'),
      known('b', 'Meters', 'default', false),
      known('c', 'Meters', 'pump'),
      known('d', 'Plant'),
      known('__proto__', 'Plant', 'x'),
    ],
    renamed: [
      ['b', 'b now'],
      ['c', 'c now'],
    ],
    problems: [],
  });
});

test('an entry that cannot be used is named, and the others count', async () => {
  const file = '{"a": ["Plant"], "b": 7, "c": {}, "d": ["Gone", "x"], "": ["Plant"], "e": null}';
  const { devices, problems } = await found(file);
  expect(devices).toEqual([known('a', 'Plant')]);
  expect(problems).toEqual([
    'connected_devices.json: the entry of "b" names no connector',
    'connected_devices.json: the entry of "c" names no connector',
    'connected_devices.json: the connector of "d", "Gone", is not configured',
    'connected_devices.json: the entry of "" names no connector',
    'connected_devices.json: the entry of "e" names no connector',
  ]);
});

test.each([
  [undefined, 0],
  ['[]', 1],
  ['{"a"', 1],
  ['7', 1],
])('a file with %j gives no devices and %i problems', async (text, problems) => {
  const result = await found(text);
  expect([result.devices, result.problems.length]).toEqual([[], problems]);
});
