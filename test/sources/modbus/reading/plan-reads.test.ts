import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addressKey } from '../../../../src/sources/modbus/reading/address-key.js';
import { learn } from '../../../../src/sources/modbus/reading/learn.js';
import { nothingLearned } from '../../../../src/sources/modbus/reading/learned.js';
import type { Learned } from '../../../../src/sources/modbus/reading/learned.js';
import { oneByOne } from '../../../../src/sources/modbus/reading/one-by-one.js';
import type { Limits, Place, Read } from '../../../../src/sources/modbus/reading/place.js';
import { planReads } from '../../../../src/sources/modbus/reading/plan-reads.js';
import { unlearn } from '../../../../src/sources/modbus/reading/unlearn.js';

const limits: Limits = { maxRegistersPerRequest: 125, maxBitsPerRequest: 2000, maxGapRegisters: 8, maxGapBits: 64 };
const at = (address: number, width = 1, functionCode: Place['functionCode'] = 3): Place => ({
  functionCode,
  address,
  width,
});
const spans = (reads: readonly Read[]) =>
  reads.map(({ functionCode, address, count }) => [functionCode, address, count]);
const illegal = (...keys: number[]): Learned => ({
  illegal: new Set(keys.map((key) => addressKey(3, key))),
  cuts: new Set(),
});
const cuts = (...keys: number[]): Learned => ({
  illegal: new Set(),
  cuts: new Set(keys.map((key) => addressKey(3, key))),
});

describe('neighbours share a request', () => {
  it.each<[string, readonly Place[], Partial<Limits>, Learned, readonly (readonly number[])[]]>([
    ['in any order', [at(3), at(0), at(1, 2)], {}, nothingLearned, [[3, 0, 4]]],
    ['over a gap', [at(0), at(9)], {}, nothingLearned, [[3, 0, 10]]],
    [
      'not over a larger one',
      [at(0), at(10)],
      {},
      nothingLearned,
      [
        [3, 0, 1],
        [3, 10, 1],
      ],
    ],
    [
      'not over any where none is allowed',
      [at(0), at(1), at(3)],
      { maxGapRegisters: 0 },
      nothingLearned,
      [
        [3, 0, 2],
        [3, 3, 1],
      ],
    ],
    [
      'of one function code',
      [at(0), at(1, 1, 4)],
      {},
      nothingLearned,
      [
        [3, 0, 1],
        [4, 1, 1],
      ],
    ],
    ['with the gap of bits', [at(0, 1, 1), at(65, 1, 1)], {}, nothingLearned, [[1, 0, 66]]],
    ['where they overlap', [at(0, 4), at(2, 4), at(1)], {}, nothingLearned, [[3, 0, 6]]],
    [
      'up to 125 registers',
      [at(0, 100), at(100, 25), at(125)],
      {},
      nothingLearned,
      [
        [3, 0, 125],
        [3, 125, 1],
      ],
    ],
    [
      'up to what the slave takes',
      [at(0, 4), at(4, 4), at(8, 4)],
      { maxRegistersPerRequest: 8 },
      nothingLearned,
      [
        [3, 0, 8],
        [3, 8, 4],
      ],
    ],
    [
      'up to the smallest limit of its places',
      [at(0, 4), { ...at(4), limit: 5 }, at(5)],
      {},
      nothingLearned,
      [
        [3, 0, 5],
        [3, 5, 1],
      ],
    ],
    [
      'but one that is larger than its limit is read whole',
      [{ ...at(0, 20), limit: 16 }, at(20)],
      {},
      nothingLearned,
      [
        [3, 0, 20],
        [3, 20, 1],
      ],
    ],
    [
      'not across an illegal address',
      [at(0), at(2)],
      {},
      illegal(1),
      [
        [3, 0, 1],
        [3, 2, 1],
      ],
    ],
    [
      'not with an illegal one',
      [at(0), at(1), at(2)],
      {},
      illegal(1),
      [
        [3, 0, 1],
        [3, 1, 1],
        [3, 2, 1],
      ],
    ],
    ['but those of the same registers do, illegal or not', [at(1), at(1)], {}, illegal(1), [[3, 1, 1]]],
    [
      'not across a cut',
      [at(0), at(1), at(2)],
      {},
      cuts(2),
      [
        [3, 0, 2],
        [3, 2, 1],
      ],
    ],
    [
      'not across a cut in a gap',
      [at(0), at(4)],
      {},
      cuts(2),
      [
        [3, 0, 1],
        [3, 4, 1],
      ],
    ],
    [
      'of what lies across a cut each alone',
      [at(0), at(1, 4), at(5)],
      {},
      cuts(3),
      [
        [3, 0, 1],
        [3, 1, 4],
        [3, 5, 1],
      ],
    ],
  ])('%s', (_, places, more, learned, expected) =>
    expect(spans(planReads(places, { ...limits, ...more }, learned))).toEqual(expected),
  );

  it('2,000 registers in 16 requests', () => {
    const places = Array.from({ length: 2000 }, (_, i) => at(i));
    expect(planReads(places, limits, nothingLearned)).toHaveLength(16);
  });
});

const place: fc.Arbitrary<Place> = fc
  .record({
    functionCode: fc.constantFrom<Place['functionCode'][]>(1, 3, 4),
    address: fc.nat(300),
    width: fc.integer({ min: 1, max: 12 }),
    limit: fc.option(fc.integer({ min: 1, max: 40 }), { nil: undefined }),
  })
  .map(({ limit, ...rest }) => (limit === undefined ? rest : { ...rest, limit }));
const someLimits: fc.Arbitrary<Limits> = fc.record({
  maxRegistersPerRequest: fc.integer({ min: 1, max: 125 }),
  maxBitsPerRequest: fc.integer({ min: 1, max: 200 }),
  maxGapRegisters: fc.nat(20),
  maxGapBits: fc.nat(20),
});
const keys = fc
  .array(fc.tuple(fc.constantFrom(1, 3, 4), fc.nat(310)), { maxLength: 20 })
  .map((all) => new Set(all.map(([code, address]) => addressKey(code, address))));

const within = ({ functionCode, address, count }: Read, from = 0): readonly number[] =>
  Array.from({ length: count - from }, (_, i) => addressKey(functionCode, address + from + i));

describe('a plan', () => {
  it('has every place in exactly one request, whole', () =>
    fc.assert(
      fc.property(fc.array(place, { maxLength: 60 }), someLimits, keys, keys, (places, of, illegalKeys, cutKeys) => {
        const reads = planReads(places, of, { illegal: illegalKeys, cuts: cutKeys });
        const covered = reads.flatMap((read) => read.places);
        expect(covered).toHaveLength(places.length);
        expect(new Set(covered)).toEqual(new Set(places));
        for (const read of reads)
          for (const it of read.places) {
            expect(it.functionCode).toBe(read.functionCode);
            expect(it.address).toBeGreaterThanOrEqual(read.address);
            expect(it.address + it.width).toBeLessThanOrEqual(read.address + read.count);
          }
      }),
    ));

  it('keeps every shared request within its limits, its gaps, and off what is illegal', () =>
    fc.assert(
      fc.property(fc.array(place, { maxLength: 60 }), someLimits, keys, keys, (places, of, illegalKeys, cutKeys) => {
        for (const read of planReads(places, of, { illegal: illegalKeys, cuts: cutKeys })) {
          if (read.places.every(({ address, width }) => address === read.address && width === read.count)) continue;
          const bits = read.functionCode === 1;
          const least = Math.min(...read.places.map(({ limit }) => limit ?? Infinity));
          expect(read.count).toBeLessThanOrEqual(
            Math.min(least, bits ? of.maxBitsPerRequest : of.maxRegistersPerRequest),
          );
          expect(within(read).filter((key) => illegalKeys.has(key))).toEqual([]);
          expect(within(read, 1).filter((key) => cutKeys.has(key))).toEqual([]);
          const needed = new Set(
            read.places.flatMap(({ address, width }) => Array.from({ length: width }, (_, i) => address + i)),
          );
          let gap = 0;
          for (let address = read.address; address < read.address + read.count; address += 1) {
            gap = needed.has(address) ? 0 : gap + 1;
            expect(gap).toBeLessThanOrEqual(bits ? of.maxGapBits : of.maxGapRegisters);
          }
        }
      }),
    ));
});

interface Device {
  readonly illegal: ReadonlySet<number>;
  /** It refuses more in one request. */
  readonly most: number;
  /** It refuses what lies on both sides. */
  readonly walls: ReadonlySet<number>;
}

/** One poll as the connector does it: what was answered, how many requests it took, what is known afterwards. */
const poll = (device: Device, places: readonly Place[], of: Limits, before: Learned) => {
  const answers = (read: Read): boolean =>
    read.count <= device.most &&
    !within(read).some((key) => device.illegal.has(key)) &&
    !within(read, 1).some((key) => device.walls.has(key));
  let learned = before;
  let refusals = 0;
  const answered = new Set<Place>();
  for (const read of planReads(places, of, before)) {
    if (answers(read)) {
      read.places.forEach((it) => answered.add(it));
      learned = unlearn(learned, read);
      continue;
    }
    const alone = oneByOne(read.places);
    const refused = alone.filter((one) => !answers(one));
    if (alone.length > 1) refusals += 1;
    learned = learn(
      learned,
      read,
      refused.flatMap((one) => one.places),
    );
    for (const one of alone) {
      if (refused.includes(one)) continue;
      one.places.forEach((it) => answered.add(it));
      learned = unlearn(learned, one);
    }
  }
  return { learned, refusals, answered, answers };
};

describe('a slave that refuses', () => {
  it('is read of all it has from the first poll on, and soon refuses no shared request any more', () =>
    fc.assert(
      fc.property(
        fc.array(place, { minLength: 1, maxLength: 40 }),
        someLimits,
        fc.record({ illegal: keys, most: fc.integer({ min: 12, max: 60 }), walls: keys }),
        (places, of, device) => {
          let learned: Learned = nothingLearned;
          let refusals = Infinity;
          for (let i = 0; i < 120 && refusals > 0; i += 1) {
            const done = poll(device, places, of, learned);
            const legal = places.filter((it) => done.answers({ ...it, count: it.width, places: [it] }));
            for (const it of legal) expect(done.answered.has(it)).toBe(true);
            ({ learned, refusals } = done);
          }
          expect(refusals).toBe(0);
        },
      ),
    ));

  it('has a hole: the points around it are read with one request each side from the second poll on', () => {
    const places = Array.from({ length: 100 }, (_, i) => at(i)).filter(({ address }) => address !== 30);
    const device = { illegal: new Set([addressKey(3, 30)]), most: 125, walls: new Set<number>() };
    const first = poll(device, places, limits, nothingLearned);
    expect([first.refusals, first.answered.size]).toEqual([1, 99]);
    expect(spans(planReads(places, limits, first.learned))).toEqual([
      [3, 0, 30],
      [3, 31, 69],
    ]);
  });

  it('has a point it does not have: that one is asked for alone, and the others together', () => {
    const places = Array.from({ length: 10 }, (_, i) => at(i));
    const device = { illegal: new Set([addressKey(3, 4)]), most: 125, walls: new Set<number>() };
    const { learned } = poll(device, places, limits, nothingLearned);
    expect(spans(planReads(places, limits, learned))).toEqual([
      [3, 0, 4],
      [3, 4, 1],
      [3, 5, 5],
    ]);
    const again = poll(device, places, limits, learned);
    expect(again.learned).toBe(learned);
    const healed = poll({ ...device, illegal: new Set() }, places, limits, learned);
    expect(spans(planReads(places, limits, healed.learned))).toEqual([[3, 0, 10]]);
  });

  it('has two points it does not have, in two requests: both are remembered', () => {
    const places = [0, 1, 2, 50, 51, 52].map((address) => at(address));
    const device = { illegal: new Set([addressKey(3, 1), addressKey(3, 51)]), most: 125, walls: new Set<number>() };
    const first = poll(device, places, limits, nothingLearned);
    expect([first.refusals, poll(device, places, limits, first.learned).refusals]).toEqual([2, 0]);
  });

  it('teaches nothing twice: what explains a refusal is not widened again', () => {
    const places = [at(10, 2), at(11, 2), at(13)];
    const device = { illegal: new Set([addressKey(3, 10)]), most: 125, walls: new Set<number>() };
    const { learned } = poll(device, places, limits, nothingLearned);
    expect(spans(planReads(places, limits, learned))).toEqual([
      [3, 10, 2],
      [3, 11, 3],
    ]);
    expect(poll(device, places, limits, learned).learned).toBe(learned);
    const alone = { functionCode: 3, address: 13, count: 1, places: [at(13)] } as const;
    expect(learn(learned, alone, [])).toBe(learned);
  });

  it('takes fewer registers than it should: requests are halved until it answers', () => {
    const places = Array.from({ length: 100 }, (_, i) => at(i));
    const device = { illegal: new Set<number>(), most: 30, walls: new Set<number>() };
    let learned: Learned = nothingLearned;
    for (let i = 0; i < 3; i += 1) learned = poll(device, places, limits, learned).learned;
    expect(planReads(places, limits, learned).map(({ count }) => count)).toEqual([25, 25, 25, 25]);
  });
});

describe('one by one', () => {
  it('asks once for what is the same registers', () =>
    expect(spans(oneByOne([at(4), at(1, 2), at(4), at(1)]))).toEqual([
      [3, 4, 1],
      [3, 1, 2],
      [3, 1, 1],
    ]));
});
