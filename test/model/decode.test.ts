import * as t from 'io-ts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { defaulted, inert, optional, pending, required, section } from '../../src/model/codec.js';
import { decode, nearestOf } from '../../src/model/decode.js';
import { dictionary } from '../../src/model/dictionary.js';

const slave = section('a slave', {
  host: required(t.string, ''),
  unitId: required(t.number, ''),
  tags: optional(t.readonlyArray(t.string, 'a list of names'), ''),
});
const main = section('the main file', {
  name: required(t.string, ''),
  pollPeriod: defaulted(t.number, 5_000, ''),
  slaves: defaulted(t.array(slave, 'a list of slaves'), [], ''),
  security: optional(section('the security section', { accessToken: required(t.string, '') }), ''),
});

test('every mistake is reported at once, each with its path', () => {
  const { value, problems } = decode(main, {
    name: 7,
    pollPeriod: 'often',
    slaves: [{ host: 'a', unitId: 1 }, { unitId: 'x' }, 'text', { host: 'b', unitId: 2, tags: ['ok', 1] }],
    security: {},
  });
  expect(value).toBeUndefined();
  expect(problems).toEqual([
    { path: 'name', found: '7', expected: 'string' },
    { path: 'pollPeriod', found: '"often"', expected: 'number' },
    { path: 'slaves[1].host', found: 'nothing', expected: 'string' },
    { path: 'slaves[1].unitId', found: '"x"', expected: 'number' },
    { path: 'slaves[2]', found: '"text"', expected: 'a slave' },
    { path: 'slaves[3].tags[1]', found: '1', expected: 'string' },
    { path: 'security.accessToken', found: 'nothing', expected: 'string' },
  ]);
});

test('sections in arrays are read', () => {
  const { value } = decode(main, { name: 'a', slaves: [{ host: 'b', unitId: 1, more: true }] });
  expect(value).toEqual({ name: 'a', pollPeriod: 5_000, slaves: [{ host: 'b', unitId: 1 }] });
});

describe('a key that nothing knows', () => {
  test.each<[string, string, string]>([
    ['pollPeroid', '', 'pollPeriod'],
    ['pollperiod', '', 'pollPeriod'],
    ['pol_period', '', 'pollPeriod'],
    ['naem', '', ''],
    ['slave', '', 'slaves'],
    ['acessToken', 'security', 'accessToken'],
    ['unit', 'slaves', ''],
    ['unitid', 'slaves', 'unitId'],
  ])('%s (in "%s") is a mistake that names the nearest key, if one resembles it: "%s"', (key, place, nearest) => {
    const stray = { [key]: 1 };
    const input = {
      '': { name: 'x', ...stray },
      security: { name: 'x', security: { accessToken: 'y', ...stray } },
      slaves: { name: 'x', slaves: [{ host: 'h', unitId: 1, ...stray }] },
    }[place]!;
    // The right spelling stands beside it in some of these: then it is no misspelling, so leave that out.
    if (place === 'security') delete (input as { security?: { accessToken?: string } }).security!.accessToken;
    if (place === 'slaves' && nearest !== '') delete (input as { slaves?: { unitId?: number }[] }).slaves![0]!.unitId;
    const path = { '': key, security: `security.${key}`, slaves: `slaves[0].${key}` }[place]!;
    const { problems, unknown } = decode(main, input);
    const misspelt = problems.filter((problem) => 'nearest' in problem);
    if (nearest === '') {
      expect(misspelt).toEqual([]);
      expect(unknown).toEqual([path]);
    } else {
      expect(misspelt).toEqual([{ path, found: `the key "${key}"`, expected: 'a known key', nearest }]);
      expect(unknown).toEqual([]);
    }
  });

  test('is a mistake though all else is right', () => {
    expect(decode(main, { name: 'a', pollPeroid: 1 })).toMatchObject({
      problems: [{ path: 'pollPeroid', found: 'the key "pollPeroid"', expected: 'a known key', nearest: 'pollPeriod' }],
      unknown: [],
    });
  });

  test('is no misspelling of a key that stands beside it', () => {
    const { value, unknown } = decode(main, { name: 'a', pollPeriod: 1, pollPeriods: 2 });
    expect(value).toMatchObject({ pollPeriod: 1 });
    expect(unknown).toEqual(['pollPeriods']);
  });

  test('is not taken for another key when the one it resembles most stands beside it', () => {
    const limits = section('limits', { rateLimits: optional(t.string, ''), dpRateLimits: optional(t.string, '') });
    expect(decode(limits, { rateLimits: 'a', rateLimit: 'b' })).toMatchObject({ problems: [], unknown: ['rateLimit'] });
  });

  test('has a hint where half of the letters agree', () => {
    const { unknown, hints } = decode(main, { name: 'a', pollEvery: 1, other: 2 });
    expect(unknown).toEqual(['pollEvery', 'other']);
    expect(hints).toEqual(new Map([['pollEvery', 'pollPeriod']]));
  });
});

test('keys such as __proto__ do no harm and are said', () => {
  const input: unknown = JSON.parse(
    '{"name":"a","__proto__":{"pollPeriod":1,"polluted":true},"constructor":{"x":1},"security":{"accessToken":"t","__proto__":[1]}}',
  );
  const { value, problems, unknown } = decode(main, input);
  expect(problems).toEqual([]);
  expect(value).toEqual({ name: 'a', pollPeriod: 5_000, slaves: [], security: { accessToken: 't' } });
  expect(unknown).toEqual(['__proto__', 'constructor', 'security.__proto__']);
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
});

test('what was found is shortened', () => {
  const [problem] = decode(main, { name: ['x'.repeat(1_000)] }).problems;
  expect(problem!.found.length).toBeLessThanOrEqual(60);
  expect(problem!.found).toMatch(/^\["x+…$/);
});

test('any JSON is decoded or complained about, never thrown over', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), fc.jsonValue(), (name, slaves, security) => {
      const { value, problems } = decode(main, { name, slaves, security });
      expect(value === undefined).toBe(problems.length > 0);
    }),
  );
});

test.each<[string, readonly string[], string | undefined]>([
  ['host', ['host', 'port'], 'host'],
  ['hots', ['host', 'most'], 'host'],
  ['hos', ['host', 'port'], 'host'],
  ['HOST', ['host'], 'host'],
  ['x', ['y'], 'y'],
  ['xy', ['ab'], undefined],
  ['timeseries', ['attributes', 'telemetry'], undefined],
  ['anything', [], undefined],
  ['x'.repeat(65), ['x'.repeat(65)], undefined],
])('nearest to %s of %j is %s', (key, known, nearest) => {
  expect(nearestOf(key, known)).toBe(nearest);
});

describe('a key without effect', () => {
  const codec = section('a file', {
    later: pending(optional(section('later', { a: pending(optional(t.number, '')) }), '')),
    never: inert(defaulted(t.number, 5, '')),
    list: optional(t.readonlyArray(section('one', { x: inert(optional(t.number, '')) }), 'a list'), ''),
    byName: optional(
      dictionary('by name', section('one', { x: pending(optional(t.number, '')), y: optional(t.number, '') })),
      '',
    ),
  });
  test.each<[unknown, readonly string[]]>([
    [{}, []],
    [{ later: null }, []],
    [{ later: { a: 1 } }, ['later pending']],
    [{ never: 5 }, ['never inert']],
    [{ list: [{}, { x: 1 }] }, ['list[1].x inert']],
    [{ byName: { b: { x: 1 }, __proto__: {} } }, ['byName.b.x pending']],
    [{ never: 'wrong' }, ['never inert']],
  ])('%j: %j', (input, idle) => {
    expect(decode(codec, input).idle.map(({ path, effect }) => `${path} ${effect}`)).toEqual(idle);
  });

  test('is checked like any other', () => {
    expect(
      decode(codec, { later: { a: 'x' }, byName: { b: { y: 'z', yy: 1 } } }).problems.map(({ path }) => path),
    ).toEqual(['later.a', 'byName.b.y']);
  });
});
