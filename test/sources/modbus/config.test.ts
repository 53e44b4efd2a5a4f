import { readFileSync, readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { decode } from '../../../src/model/decode.js';
import { modbusConfig } from '../../../src/sources/modbus/config.js';

const root = new URL('../../fixtures/compat/', import.meta.url);
const load = (path: string): unknown => JSON.parse(readFileSync(new URL(path, root), 'utf8'));

/** The connector's own file, also of a remote configuration or of a fixture that holds only the master. */
const fileIn = (raw: unknown): unknown => {
  const { Modbus } = raw as { Modbus?: { configurationJson: unknown } };
  return Modbus?.configurationJson ?? raw;
};
const filesIn = (folder: string): readonly string[] =>
  readdirSync(new URL(folder, root), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.json') && !name.includes('test_values'))
    .map((name) => `${folder}/${name}`);
const fixtures = [
  'thingsboard_gateway/config/modbus.json',
  'thingsboard_gateway/config/modbus_serial.json',
  ...filesIn('tests/blackbox/data/modbus'),
  ...filesIn('tests/integration/data/modbus'),
  ...filesIn('tests/unit/connectors/modbus'),
];

const tcp = { host: 'h', port: 502, method: 'socket', unitId: 1, pollPeriod: 1000, deviceName: 'D' };
const point = { tag: 't', type: '16int', functionCode: 3, address: 0 };
const withSlave = (more: object) => ({ master: { slaves: [{ ...tcp, ...more }] } });
const withPoint = (more: object) => withSlave({ timeseries: [{ ...point, ...more }] });
const problems = (file: unknown) => decode(modbusConfig, file).problems.map(({ path, expected }) => [path, expected]);
const slaveOf = (file: unknown) => {
  const { value, problems: found } = decode(modbusConfig, file);
  expect(found).toEqual([]);
  return value!.master.slaves[0]!;
};

describe('the incumbent’s files', () => {
  it('are there', () => expect(fixtures.length).toBeGreaterThan(20));
  it.each(fixtures)('%s is read without a complaint', (path) => {
    const { value, problems: found, unknown } = decode(modbusConfig, fileIn(load(path)));
    expect(found).toEqual([]);
    expect(unknown).toEqual([]);
    expect(value?.master.slaves).toHaveLength(1);
  });
});

describe('defaults', () => {
  it('are the documented ones', () =>
    expect(decode(modbusConfig, withPoint({})).value).toEqual({
      master: {
        slaves: [
          {
            type: 'tcp',
            host: 'h',
            port: 502,
            method: 'socket',
            unitId: 1,
            deviceName: 'D',
            deviceType: 'default',
            timeout: 30,
            retries: 3,
            byteOrder: 'LITTLE',
            wordOrder: 'LITTLE',
            repack: false,
            baudrate: 19_200,
            bytesize: 8,
            stopbits: 1,
            parity: 'N',
            handleLocalEcho: false,
            pollPeriod: 1000,
            delayBetweenRequestsMs: 0,
            connectAttemptTimeMs: 500,
            connectAttemptCount: 2,
            waitAfterFailedAttemptsMs: 30_000,
            mergeRequests: true,
            maxGapRegisters: 8,
            maxGapBits: 64,
            maxRegistersPerRequest: 125,
            maxBitsPerRequest: 2000,
            attributes: [],
            timeseries: [{ ...point, round: 6, bitTargetType: 'bool' }],
            attributeUpdates: [],
            rpc: [],
          },
        ],
      },
    }));

  it('raise the three settings of connecting to their minimum', () =>
    expect(
      slaveOf(withSlave({ connectAttemptTimeMs: 1, connectAttemptCount: 0, waitAfterFailedAttemptsMs: 29_999 })),
    ).toMatchObject({ connectAttemptTimeMs: 500, connectAttemptCount: 2, waitAfterFailedAttemptsMs: 30_000 }));

  it.each([
    [true, 3],
    [false, 0],
    [7, 7],
    [0, 0],
  ])('take retries: %j for %j', (retries, meant) => expect(slaveOf(withSlave({ retries })).retries).toBe(meant));
});

describe('words in any case', () => {
  it('are what they are in the documentation', () =>
    expect(
      slaveOf(
        withSlave({
          type: 'TCP',
          method: 'RTU',
          byteOrder: 'big',
          wordOrder: 'Big',
          timeseries: [{ ...point, type: '16INT' }],
        }),
      ),
    ).toMatchObject({
      type: 'tcp',
      method: 'rtu',
      byteOrder: 'BIG',
      wordOrder: 'BIG',
      timeseries: [{ type: '16int' }],
    }));
});

describe('older forms', () => {
  it('of the whole file: devices behind a server', () => {
    const server = {
      name: 'S',
      type: 'tcp',
      host: '10.0.0.1',
      port: 5020,
      timeout: 35,
      method: 'socket',
      byteOrder: 'BIG',
      retries: true,
      devices: [
        {
          unitId: 1,
          deviceName: 'Temp',
          attributesPollPeriod: 7000,
          timeseriesPollPeriod: 5000,
          timeout: 3,
          attributes: [{ tag: 'a', type: '32float', functionCode: 4, registerCount: 2, address: 1 }],
          rpc: { setX: { type: '16int', functionCode: 6, address: 3 } },
        },
        { unitId: 2, deviceName: 'Hum', timeseriesPollPeriod: 1000 },
      ],
    };
    const { value, problems: found, unknown } = decode(modbusConfig, { server });
    expect([found, unknown]).toEqual([[], []]);
    expect(value?.master.slaves).toMatchObject([
      {
        host: '10.0.0.1',
        port: 5020,
        byteOrder: 'BIG',
        retries: 3,
        timeout: 3,
        pollPeriod: 5000,
        attributes: [{ objectsCount: 2 }],
        rpc: [{ tag: 'setX', functionCode: 6 }],
      },
      { deviceName: 'Hum', unitId: 2, timeout: 35, pollPeriod: 1000 },
    ]);
    expect(problems({ server: { ...server, devices: [{ unitId: 1 }] } }).map(([path]) => path)).toEqual([
      'master.slaves[0].deviceName',
      'master.slaves[0].pollPeriod',
    ]);
  });

  it.each(['registersCount', 'registerCount'])('of objectsCount: %s, which it wins over', (older) => {
    expect(slaveOf(withPoint({ type: 'int', [older]: 2 })).timeseries[0]?.objectsCount).toBe(2);
    expect(slaveOf(withPoint({ type: 'int', [older]: 2, objectsCount: 4 })).timeseries[0]?.objectsCount).toBe(4);
  });

  it('of the local slave: areas in lists of one', () => {
    const item = { tag: 'x', type: '16int', address: 3, value: 7 };
    const file = { slave: { ...tcp, values: { holding_registers: [{ timeseries: [item] }] } } };
    const { value, problems: found } = decode(modbusConfig, file);
    expect(found).toEqual([]);
    expect(value?.slave?.values.holding_registers.timeseries).toMatchObject([item]);
  });
});

describe('addresses', () => {
  it.each([
    [5, 5],
    ['5', 5],
    ['0-3', { first: 0, last: 3 }],
    [' 7 - 7 ', { first: 7, last: 7 }],
  ])('%j is %j', (address, meant) => expect(slaveOf(withPoint({ address })).timeseries[0]?.address).toEqual(meant));
  it.each([-1, 65_536, 1.5, '3-1', 'a', '1-', '0-70000', '', null, {}])('%j is none', (address) =>
    expect(problems(withPoint({ address })).map(([path]) => path)).toEqual(['master.slaves[0].timeseries[0].address']),
  );
});

describe('mistakes', () => {
  const first = 'master.slaves[0]';
  const at = `${first}.timeseries[0]`;
  it.each<[string, object, readonly (readonly [string, string])[]]>([
    ['no host', withSlave({ host: undefined }), [[`${first}.host`, 'a host, as the type is not serial']]],
    ['no port', withSlave({ port: undefined }), [[`${first}.port`, 'a port (1 to 65535)']]],
    ['a device for a port', withSlave({ port: '/dev/ttyS0' }), [[`${first}.port`, 'a port (1 to 65535)']]],
    [
      'a port for a device',
      withSlave({ type: 'serial', method: 'rtu' }),
      [[`${first}.port`, 'the name of a serial device']],
    ],
    [
      'a frame that a line does not carry',
      withSlave({ type: 'serial', port: '/dev/ttyS0' }),
      [[`${first}.method`, 'rtu or ascii, as the type is serial']],
    ],
    [
      'negative retries',
      withSlave({ retries: -1 }),
      [[`${first}.retries`, 'a whole number (0 to 100), or true or false']],
    ],
    [
      'retries in words',
      withSlave({ retries: '3' }),
      [[`${first}.retries`, 'a whole number (0 to 100), or true or false']],
    ],
    ['writing as reading', withPoint({ functionCode: 6 }), [[`${at}.functionCode`, 'a function code: 1, 2, 3, 4']]],
    [
      'three registers of an int',
      withPoint({ type: 'int', objectsCount: 3 }),
      [[`${at}.objectsCount`, '1, 2 or 4 registers, the sizes that int can have']],
    ],
    [
      'too few registers',
      withPoint({ type: '32int', objectsCount: 1 }),
      [[`${at}.objectsCount`, 'at least 2, which 32int takes']],
    ],
    [
      'too few coils',
      withPoint({ type: '16int', functionCode: 1, objectsCount: 8 }),
      [[`${at}.objectsCount`, 'at least 9, which 16int takes']],
    ],
    [
      'too many registers',
      withPoint({ type: 'string', objectsCount: 126 }),
      [[`${at}.objectsCount`, 'at most 125 in one request']],
    ],
    [
      'too many coils to write',
      withSlave({ attributeUpdates: [{ tag: 'a', type: 'bits', functionCode: 15, address: 0, objectsCount: 1969 }] }),
      [[`${first}.attributeUpdates[0].objectsCount`, 'at most 1968 in one request']],
    ],
    [
      'beyond the last address',
      withPoint({ type: '32int', address: 65_535 }),
      [[`${at}.address`, 'an address from which all of it fits below 65536']],
    ],
    [
      'in an object of calls, by method',
      withSlave({ rpc: { setX: { type: '16int', functionCode: 7, address: 0 } } }),
      [[`${first}.rpc.setX.functionCode`, 'a function code: 1, 2, 3, 4, 5, 6, 15, 16']],
    ],
    [
      'all of several',
      withSlave({ unitId: 256, timeseries: [{ type: 'x' }] }),
      [
        [`${first}.unitId`, 'a unit (0 to 255)'],
        [`${at}.tag`, 'a text'],
        [`${at}.type`, expect.stringContaining('16int')],
        [`${at}.functionCode`, 'a function code: 1, 2, 3, 4'],
        [`${at}.address`, expect.stringContaining('an address')],
      ],
    ],
  ])('%s', (_, file, expected) => expect(problems(file)).toEqual(expected));

  it('are named with the key that was probably meant', () => {
    const { tag, type, functionCode } = point;
    const misspelt = { tag, type, functionCode, adress: 1 };
    const { problems: found } = decode(modbusConfig, withSlave({ timeseries: [misspelt], rpc: { x: misspelt } }));
    expect(found.filter(({ nearest }) => nearest !== undefined)).toMatchObject([
      { path: `${first}.timeseries[0].adress`, nearest: 'address' },
      { path: `${first}.rpc.x.adress`, nearest: 'address' },
    ]);
  });

  it('leave out what is right: TLS has a port of its own, a count of registers has one by type', () => {
    expect(problems(withSlave({ port: undefined, tls: {} }))).toEqual([]);
    expect(problems(withSlave({ port: undefined, method: 'tls' }))).toEqual([]);
    expect(problems(withPoint({ type: '64float' }))).toEqual([]);
    expect(problems(withPoint({ type: '16int', functionCode: 1 }))).toEqual([]);
    expect(problems({ slave: null })).toEqual([]);
    expect(problems({})).toEqual([]);
  });
});
