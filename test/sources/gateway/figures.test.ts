import { expect, test } from 'vitest';
import { figures } from '../../../src/sources/gateway/figures.js';
import { humanSize } from '../../../src/sources/gateway/human-size.js';
import { readMachine } from '../../../src/sources/gateway/read-machine.js';
import type { Reading } from '../../../src/sources/gateway/read-machine.js';
import type { ConnectorTotals, Totals } from '../../../src/sources/gateway/traffic.js';

const G = 2 ** 30;
const reading = (cpuTime: number): Reading => ({
  load: 1,
  cpus: 4,
  memory: 8 * G,
  freeMemory: 6 * G,
  disk: 100 * G,
  usedDisk: 30 * G,
  freeDisk: 60 * G,
  cpuTime,
  process: { rss: G, heapUsed: 5 },
});
const totals = (n: number, connectors: readonly (readonly [string, ConnectorTotals])[] = []): Totals => ({
  delivered: n,
  pulled: 2 * n,
  telemetry: 3 * n,
  attributes: 4 * n,
  commands: 5 * n,
  connectors: new Map(connectors),
});
const connector = (pushed: number, failures = 0, unconverted = 0): ConnectorTotals => ({
  pushed,
  failures,
  unconverted,
  received: 2 * pushed,
  receivedBytes: 100 * pushed,
  sent: pushed,
  sentBytes: 10 * pushed,
});

const start = () => {
  const now = { totals: totals(0), cpuTime: 0 };
  const made = figures({ totals: () => now.totals, machine: () => reading(now.cpuTime), start: 0 });
  return { now, made };
};

test('the machine, the service, and each connector that did anything', () => {
  const { now, made } = start();
  now.totals = totals(10, [
    ['a', connector(7, 1, 2)],
    ['idle', connector(0)],
    ['__proto__', connector(1)],
  ]);
  now.cpuTime = 600;
  const { values } = made(60_000, 3);
  expect(values).toEqual({
    machineStats: {
      totalCpuUsage: 25,
      diskUsage: 33.33,
      freeMemory: 25,
      freeDisk: '60.0G',
      gwProcessCpuUsage: 1,
      gwMemory: 12.5,
      gwProcessMemoryFullInfo: { rss: G, heapUsed: 5 },
      msgsSentToPlatform: 10,
      msgsReceivedFromPlatform: 50,
    },
    serviceStats: {
      storageMsgPulled: 20,
      platformMsgPushed: 10,
      storageMsgCount: 3,
      platformAttrProduced: 40,
      platformTsProduced: 30,
    },
    connectorsStats: Object.fromEntries([
      [
        'a',
        {
          storageMsgPushed: 7,
          connectorsErrors: 1,
          convertersErrors: 2,
          connectorMsgsReceived: 14,
          connectorBytesReceived: 700,
          connectorMsgsSent: 7,
          connectorBytesSent: 70,
        },
      ],
      ['__proto__', expect.objectContaining({ storageMsgPushed: 1, connectorsErrors: 0, convertersErrors: 0 })],
    ]),
  });
});

test('a period starts where the last figures ended that were taken: nothing is counted twice, and nothing is lost', () => {
  const { now, made } = start();
  const ofPeriod = (at: number, take: boolean) => {
    const { values, taken } = made(at, 0);
    if (take) taken();
    return values;
  };
  now.totals = totals(10, [['a', connector(5)]]);
  expect(ofPeriod(60_000, true)).toMatchObject({ serviceStats: { platformMsgPushed: 10 } });
  now.totals = totals(25, [['a', connector(6)]]);
  now.cpuTime = 6_000;
  expect(ofPeriod(120_000, false)).toMatchObject({ serviceStats: { platformMsgPushed: 15 } });
  now.totals = totals(26, [['a', connector(6)]]);
  const late = ofPeriod(180_000, true);
  expect(late).toMatchObject({
    serviceStats: { platformMsgPushed: 16 },
    machineStats: { gwProcessCpuUsage: 5 },
    connectorsStats: { a: { storageMsgPushed: 1, connectorBytesReceived: 100 } },
  });
  expect(ofPeriod(240_000, true)).not.toHaveProperty('connectorsStats');
});

test.each([
  [0, '0.0B'],
  [1_023, '1023.0B'],
  [8_163_491_840, '7.6G'],
  [2 ** 60, '1024.0P'],
])('%d bytes are %s', (bytes, text) => expect(humanSize(bytes)).toBe(text));

test('this machine can be read', () => {
  const read = readMachine();
  expect(read.cpus).toBeGreaterThan(0);
  expect(read.freeMemory).toBeLessThan(read.memory);
  expect(read.usedDisk).toBeLessThanOrEqual(read.disk);
  expect(read.process.rss).toBeGreaterThan(1_000_000);
});

test('of a connector that polls also how it kept to its schedules', () => {
  const { now, made } = start();
  const polled = (n: number): ConnectorTotals => ({
    ...connector(n),
    polls: 10 * n,
    pollsSkipped: n,
    pollsLateMs: 25 * n,
  });
  now.totals = totals(1, [['modbus', polled(1)]]);
  made(60_000, 0).taken();
  now.totals = totals(3, [['modbus', polled(3)]]);
  expect(made(120_000, 0).values.connectorsStats).toMatchObject({
    modbus: { connectorPolls: 20, connectorPollsSkipped: 2, connectorPollsLateMs: 2.5 },
  });
});
