import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { inTime } from '../../../src/operators/extract/in-time.js';
import { mayHang } from '../../../src/operators/extract/may-hang.js';
import { regexMistake } from '../../../src/operators/extract/regex-mistake.js';
import { repetitions } from '../../../src/operators/extract/repetitions.js';
import { search } from '../../../src/operators/extract/search.js';
import { topicRegex } from '../../../src/operators/extract/topic-regex.js';

describe('repetitions', () => {
  it.each([
    ['(?<=sensor/)(.*?)(?=/data)', 1, []],
    ['^/devices/([^/]+)(?:/profile/([^/]+))?/data$', 2, []],
    ['a{3}b{2,5}[+*|(]\\*\\(', 1, []],
    ['^x(a+)+$', 2, ['(a+)+']],
    ['(?:a|b)*', 1, ['(?:a|b)*']],
    ['(a|b)', 0, []],
    ['((?:a?){9})', 0, ['(?:a?){9}']],
    ['(([^/]+)/)*', 2, ['(([^/]+)/)*']],
  ])('of %s: %i, nested %j', (source, count, nested) =>
    expect(repetitions(source)).toMatchObject({ count, nested, refersBack: false }),
  );
  it.each([
    ['a+/b', 1],
    ['a?b{0,1}', 4],
    ['x|(a|b|c)|(?:d|e)', 18],
    ['[|]\\|', 1],
  ])('of %s: %i ways without any repetition', (source, ways) => expect(repetitions(source).ways).toBe(ways));
  it.each(['(a)\\1', '(?<x>a)\\k<x>'])('sees that %s refers back', (source) =>
    expect(repetitions(source).refersBack).toBe(true),
  );
});

describe('mayHang', () => {
  it.each([
    '(a+)+$',
    '^devices/(a+)+$',
    '(a|a)*$',
    '(?:\\w+\\s?)*$',
    '(x|[a-z]+)*!',
    '(.*)*x',
    '((ab)+)+$',
    '(\\d+|\\w)+/',
  ])('is true of %s', (source) => expect(mayHang(new RegExp(source))).toBe(true));
  it.each([
    '(?<=sensor/)(.*?)(?=/data)',
    '(.*?)(?=/.*)',
    '^(?:[^/]+/)+([^/]+)$',
    '(?:/[a-z]+)*$',
    '(?:a|b)*c',
    '^([0-9A-F]{2}:){5}[0-9A-F]{2}$',
    '.*.*.*',
  ])('is false of %s', (source) => expect(mayHang(new RegExp(source))).toBe(false));
});

describe('regexMistake', () => {
  it('has nothing to say of a good one', () => expect(regexMistake('(?P<name>.*)/x')).toBeUndefined());
  it('refuses what is none', () => expect(regexMistake('(')).toBe('a regular expression'));
  it('refuses what can take for ever to compile', () => {
    expect(regexMistake('(?:|)'.repeat(30))).toContain('empty alternatives');
    expect(regexMistake('(|a)'.repeat(30))).toContain('empty alternatives');
    expect(regexMistake('(a|)(|b)(?:c||d)x')).toBeUndefined();
  });
  it('refuses what can take for ever', () => expect(regexMistake('(a+)+$')).toContain('can take for ever'));
});

describe('search', () => {
  const near = `${'a'.repeat(40)}!`;
  it.each(['(a+)+$', '(a|a)*!!', `${'(?:a|aa)*'.repeat(2)}$`])('gives up %s in time', (expression) =>
    expect(() => search(expression)(near.repeat(20))).toThrow('took longer than 50 ms'),
  );
  it.each([`${'(a|a)'.repeat(30)}$`, `${'a?'.repeat(30)}${'a'.repeat(30)}b`])(
    'gives up %s, which chooses often and repeats nothing',
    (expression) => expect(() => search(expression)(`${'a'.repeat(31)}!`)).toThrow('took longer'),
  );
  it('gives up one that is slow only on a long text', () => {
    const slow = search('a*a*a*a*a*b');
    expect(slow('aaab')?.[0]).toBe('aaab');
    expect(() => slow('a'.repeat(1024))).toThrow('took longer');
  });
  it('finds with a deadline what it finds without', () => {
    const text = `${'a/'.repeat(400)}b`;
    expect(search('(?:[^/]+/)+([^/]+)$')(text)?.[1]).toBe('b');
    expect(inTime(/(a)(b)?/d, 'xa', 100)).toMatchObject({ index: 1, 0: 'a' });
    expect(inTime(/b/, 'a', 100)).toBeNull();
  });
  it('sees at most 1024 characters', () => expect(search('b$')(`${'a'.repeat(1024)}b`)).toBeNull());
  it('keeps no long text in memory for the sake of a name that was found in it', () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const heap = (): number => {
      collect();
      return process.memoryUsage().heapUsed;
    };
    const find = topicRegex('device-[0-9]{20}');
    const before = heap();
    const held = Array.from({ length: 1000 }, (_, i) =>
      find(Buffer.from(`device-${String(i).padStart(20, '0')}/${'x'.repeat(60_000)}`).toString()),
    );
    expect(heap() - before).toBeLessThan(20e6);
    expect(new Set(held).size).toBe(1000);
  });
  it('goes on after one that took too long', () => {
    expect(() => topicRegex('(a+)+$')(near)).toThrow();
    expect(topicRegex('(a+)+$')('aa')).toBe('aa');
  });
});
