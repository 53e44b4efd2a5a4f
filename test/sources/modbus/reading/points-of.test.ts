import { describe, expect, it } from 'vitest';
import type { Slave } from '../../../../src/sources/modbus/config/slave.js';
import { nothingLearned } from '../../../../src/sources/modbus/reading/learned.js';
import { pointsOf } from '../../../../src/sources/modbus/reading/points-of.js';
import { readingOf } from '../../../../src/sources/modbus/reading/reading-of.js';
import { readsOf } from '../../../../src/sources/modbus/reading/reads-of.js';
import { answerOf } from '../answer-of.js';
import { slaveWith } from '../slave-with.js';

const t = { tag: 't', type: '16int', functionCode: 3 };
const keys = (more: object) =>
  pointsOf(slaveWith({ timeseries: [{ ...t, ...more }] })).map(({ key, address, width }) => [key, address, width]);
const asked = (of: Slave) => readsOf(of, pointsOf(of), nothingLearned).map(({ address, count }) => [address, count]);

describe('a range of addresses', () => {
  it('is one key for every objectsCount of them', () => {
    expect(keys({ address: '0-3' })).toEqual([
      ['t_0', 0, 1],
      ['t_1', 1, 1],
      ['t_2', 2, 1],
      ['t_3', 3, 1],
    ]);
    expect(keys({ address: '10-13', type: '32int', objectsCount: 2 })).toEqual([
      ['t_10', 10, 2],
      ['t_12', 12, 2],
    ]);
    expect(keys({ address: '5-5' })).toEqual([['t_5', 5, 1]]);
  });
  it('names its keys by its placeholders, and leaves the configuration as it is', () => {
    const of = slaveWith({
      timeseries: [
        { ...t, tag: 'a${unitId}.${functionCode}.${type}.${objectsCount}.${address}.${other}', address: '7-7' },
      ],
    });
    expect(pointsOf(of).map(({ key }) => key)).toEqual(['a9.3.16int.1.7.${other}']);
    const plain = slaveWith({ timeseries: [{ ...t, address: '7-8' }] });
    pointsOf(plain);
    expect(plain.timeseries[0]?.tag).toBe('t');
    expect(keys({ tag: 'address', address: '1-2' }).map(([key]) => key)).toEqual(['address', 'address']);
  });
  it('is no placeholder’s business where there is none', () =>
    expect(keys({ tag: '${address}', address: 1 })).toEqual([['${address}', 1, 1]]));
  it('takes of bits in registers only the registers that hold them', () =>
    expect(keys({ type: 'bits', objectsCount: 20, address: 4 })).toEqual([['t', 4, 2]]));
});

describe('requests', () => {
  const neighbours = [0, 1, 2].map((address) => ({ ...t, tag: `t${address}`, address }));
  it('are merged, unless the slave says not', () => {
    expect(asked(slaveWith({ timeseries: neighbours }))).toEqual([[0, 3]]);
    expect(asked(slaveWith({ timeseries: neighbours, mergeRequests: false }))).toEqual([
      [0, 1],
      [1, 1],
      [2, 1],
    ]);
  });
  it.each([
    [
      '0-20',
      1,
      [
        [0, 16],
        [16, 5],
      ],
    ],
    [
      '10-40',
      2,
      [
        [10, 16],
        [26, 16],
      ],
    ],
  ])('for the range %s of %i are cut into pieces of 16 where they are not merged', (address, objectsCount, pieces) =>
    expect(asked(slaveWith({ mergeRequests: false, timeseries: [{ ...t, address, objectsCount }] }))).toEqual(pieces),
  );
  it('keep to the size that a range asks for', () => {
    const timeseries = [{ ...t, address: '0-31', maxRegistersPerRequest: 8 }];
    const pieces = [
      [0, 8],
      [8, 8],
      [16, 8],
      [24, 8],
    ];
    expect(asked(slaveWith({ timeseries }))).toEqual(pieces);
    expect(asked(slaveWith({ timeseries, mergeRequests: false }))).toEqual(pieces);
    expect(asked(slaveWith({ timeseries: [{ ...t, address: '0-31' }] }))).toEqual([[0, 32]]);
  });
  it('cut no value in two', () =>
    expect(
      asked(
        slaveWith({
          timeseries: [{ ...t, type: '64int', objectsCount: 4, address: '0-11', maxRegistersPerRequest: 6 }],
        }),
      ),
    ).toEqual([
      [0, 4],
      [4, 4],
      [8, 4],
    ]));
});

describe('a reading', () => {
  const strategy = { type: 'ON_CHANGE' } as const;
  const of = slaveWith({
    deviceType: 'meter',
    reportStrategy: { type: 'ON_REPORT_PERIOD', reportPeriod: 500 },
    attributes: [{ ...t, tag: 'a', address: 0 }],
    timeseries: [
      { ...t, address: '1-2', reportStrategy: strategy },
      { ...t, tag: '__proto__', type: '32float', address: 3 },
    ],
  });
  const points = pointsOf(of);
  const reading = readingOf(of, points);
  it('is of what was found, and says when it is reported', () => {
    const payload = answerOf([1, 2, 3, 0x3f80, 0]);
    const found = points.map((it) => [it, it.decode(payload, it.address)] as const);
    expect(reading(found)).toEqual({
      device: 'D',
      profile: 'meter',
      attributes: { a: 1 },
      telemetry: [
        {
          values: Object.fromEntries([
            ['t_1', 2],
            ['t_2', 3],
            ['__proto__', 1],
          ]),
        },
      ],
      report: {
        device: { type: 'ON_REPORT_PERIOD', reportPeriod: 500, ttl: 86_400 },
        telemetry: {
          t_1: expect.objectContaining(strategy) as unknown,
          t_2: expect.objectContaining(strategy) as unknown,
        },
      },
    });
  });
  it('has no key for what has no value, and is none without any', () => {
    const [a, t1] = points;
    expect(
      reading([
        [a!, null],
        [t1!, 7],
      ]),
    ).toMatchObject({ attributes: {}, telemetry: [{ values: { t_1: 7 } }] });
    expect(reading([[a!, null]])).toBeUndefined();
    expect(reading([])).toBeUndefined();
    expect(reading([[a!, 0]])).toMatchObject({ attributes: { a: 0 }, telemetry: [] });
  });
  it('says nothing of reports where nothing is said', () => {
    const plain = slaveWith({ timeseries: [{ ...t, address: 1 }] });
    const [point] = pointsOf(plain);
    expect(readingOf(plain, pointsOf(plain))([[point!, 1]])).not.toHaveProperty('report');
  });
});
