import { describe, expect, it } from 'vitest';
import { regex } from '../../../src/operators/extract/regex.js';
import { topicFilter } from '../../../src/operators/extract/topic-filter.js';
import { topicRegex } from '../../../src/operators/extract/topic-regex.js';

describe('topicFilter', () => {
  it.each([
    ['a/b', 'a/b', true],
    ['a/b', 'a/b/', false],
    ['a/+', 'a/b', true],
    ['a/+', 'a/', true],
    ['a/+', 'a', false],
    ['+/+', '/x', true],
    ['+', '/x', false],
    ['a/#', 'a', true],
    ['a/#', 'a/b/c', true],
    ['a/#', 'ab', false],
    ['#', 'a/b', true],
    ['#', '$SYS/x', false],
    ['+/x', '$SYS/x', false],
    ['$SYS/#', '$SYS/x', true],
    ['a.c', 'abc', false],
    ['$share/g/a/+', 'a/b', true],
    ['$share/g/#', 'a', true],
    ['$share/g/a/+', '$share/g/a/b', false],
    ['sensor/+/data/#', 'sensor/é😀/data', true],
  ])('%s with %s: %s', (filter, topic, matches) => expect(topicFilter(filter)(topic)).toBe(matches));

  it.each(['', 'a+/b', 'a/#/b', '#a', 'a/b#', '$share/g', '$share/g/', '$share/+/a', 'a\0'])('refuses %j', (filter) =>
    expect(() => topicFilter(filter)).toThrow(SyntaxError),
  );
});

describe('topicRegex', () => {
  it.each([
    ['(a)(b)?', 'xa', 'a'],
    ['(a)(b)?', 'xab', 'b'],
    ['(x*)', 'abc', ''],
    ['(?P<name>[^/]+)$', 'a/b', 'b'],
    ['(?i)SENSOR/(.)', 'sensor/1', '1'],
    ['no\\-match', 'a', 'no\\-match'],
    ['^.', '😀a', '😀'],
  ])('%s on %s', (expression, topic, value) => expect(topicRegex(expression)(topic)).toBe(value));

  it('sees at most 1024 characters', () => expect(topicRegex('b$')(`${'a'.repeat(1024)}b`)).toBe('b$'));
  it('refuses what is no expression', () => expect(() => regex('(')).toThrow(SyntaxError));
});
