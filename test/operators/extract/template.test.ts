import { describe, expect, it } from 'vitest';
import { lookup } from '../../../src/operators/extract/lookup.js';
import { placeholders } from '../../../src/operators/extract/placeholders.js';
import { template } from '../../../src/operators/extract/template.js';

const body = JSON.parse(
  '{"temp":21.5,"on":true,"nul":null,"device":"a","device name":"b","a-b":1,"a":{"b c":{"d":[1,2,3]},"x-y":4},"list":[{"v":1},{"v":2}],"__proto__":{"p":7}}',
);

describe('placeholders', () => {
  it.each([
    ['', []],
    ['constant', ['constant']],
    ['${a}', [{ path: 'a', text: '${a}' }]],
    ['x-${a.b} ${c}!', ['x-', { path: 'a.b', text: '${a.b}' }, ' ', { path: 'c', text: '${c}' }, '!']],
    ['${a/b}', ['${a/b}']],
    ['${list[?(@.v)]}', ['${list[?(@.v)]}']],
    ['${größe}', ['${größe}']],
  ])('splits %j', (text, parts) => expect(placeholders(text)).toEqual(parts));
});

describe('lookup', () => {
  it.each([
    ['temp', 21.5],
    ['$.temp', 21.5],
    ['device name', 'b'],
    ['device model', 'a'],
    ['a.b c.d[1]', 2],
    ['$.a."b c".d[0]', 1],
    ['a["b c"].d[-1]', 3],
    ['a.b c.d[1:]', 2],
    ['a.x-y', 4],
    ['list[*].v', 1],
    ['list.*.v', 1],
    ['$..v', 1],
    ['list[5].v', undefined],
    ['list.length', undefined],
    ['temp.x', undefined],
    ['constructor', undefined],
    ['a.constructor.name', undefined],
    ['__proto__.p', 7],
    ['a[', undefined],
    ['', undefined],
    ['[[]]', undefined],
    ['nul', null],
  ])('finds %j', (path, value) => expect(lookup(path)(body)).toEqual(value));

  it('gives the whole body for $', () => expect(lookup('$')(5)).toBe(5));
  it.each([[5], ['text'], [null], [[]], [true]])('finds nothing in %j', (plain) =>
    expect(lookup('a')(plain)).toBeUndefined(),
  );
});

describe('template', () => {
  it.each([
    ['${temp}', 21.5],
    ['t=${temp} on=${on}', 't=21.5 on=true'],
    ['${a.b c}!', '{"d":[1,2,3]}!'],
    ['on', 'on'],
    ['', ''],
    ['${nope}', undefined],
    ['${nul}', undefined],
    ['${temp}:${nope}', undefined],
  ])('fills %j, and drops what is half missing', (text, value) => expect(template(text)(body)).toEqual(value));

  it('keeps the text of what is missing where a person should see it', () =>
    expect(template('D ${nope} of ${device}', 'keep')(body)).toBe('D ${nope} of a'));
  it('pastes values as they are, dollar signs too', () => expect(template('<${a}>')({ a: '$&' })).toBe('<$&>'));
});
