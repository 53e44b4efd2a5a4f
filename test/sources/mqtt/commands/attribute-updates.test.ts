import { describe, expect, it } from 'vitest';
import type { Values } from '../../../../src/model/message.js';
import type { AttributeUpdateRule } from '../../../../src/sources/mqtt/config/attribute-update.js';
import { attributeUpdates } from '../../../../src/sources/mqtt/commands/attribute-updates.js';

const rule = (members: Partial<AttributeUpdateRule> = {}): AttributeUpdateRule => ({
  deviceNameFilter: '.*',
  attributeFilter: '.*',
  topicExpression: 't/${deviceName}/${attributeKey}',
  valueExpression: '${attributeValue}',
  retain: false,
  qos: 0,
  ...members,
});
const published = (rules: readonly AttributeUpdateRule[], values: Values, device = 'd') => {
  const failures: string[] = [];
  const all = attributeUpdates(rules)({ kind: 'attributeUpdate', device, values, deleted: ['gone'] }, (error) =>
    failures.push(String(error)),
  );
  return { all, failures, texts: all.map(({ topic, payload }) => `${topic} ${payload.toString()}`) };
};

describe('attributeUpdates', () => {
  it('publishes each value by each rule that fits, and no deletion', () =>
    expect(published([rule(), rule({ topicExpression: 'u', retain: true, qos: 2 })], { a: 1, b: 'x' }).all).toEqual([
      { topic: 't/d/a', payload: '1', retain: false, qos: 0 },
      { topic: 't/d/b', payload: 'x', retain: false, qos: 0 },
      { topic: 'u', payload: '1', retain: true, qos: 1 },
      { topic: 'u', payload: 'x', retain: true, qos: 1 },
    ]));

  it.each([
    ['fw', 'fwVersion', true],
    ['Version', 'fwVersion', false],
    ['fw|Version', 'fwVersion', true],
    ['^fw$', 'fwVersion', false],
    ['(?i)FW', 'fwVersion', true],
    ['', 'anything', true],
    ['a|b', 'cb', false],
  ])('matches %s from the beginning of %s: %s', (filter, name, fits) => {
    expect(published([rule({ attributeFilter: filter })], { [name]: 1 }).all).toHaveLength(fits ? 1 : 0);
    expect(published([rule({ deviceNameFilter: filter })], { k: 1 }, name).all).toHaveLength(fits ? 1 : 0);
  });

  it('shows objects and lists as compact JSON, true, false and null as such, a text without quotes', () =>
    expect(
      published([rule({ topicExpression: 't' })], { a: { b: [1, 'x'] }, c: false, d: null, e: 'q"q', f: 1.5 }).texts,
    ).toEqual(['t {"b":[1,"x"]}', 't false', 't null', 't q"q', 't 1.5']));

  it('does not look again at what it has pasted in', () =>
    expect(
      published([rule({ valueExpression: '${attributeKey}${attributeValue}' })], { k: '${deviceName}' }).texts,
    ).toEqual(['t/d/k k${deviceName}']));

  it('passes over a value whose topic cannot be, and publishes the others', () => {
    const { texts, failures } = published([rule()], { '#': 1, b: 2 });
    expect(texts).toEqual(['t/d/b 2']);
    expect(failures).toHaveLength(1);
  });

  it('publishes a key such as __proto__', () =>
    expect(published([rule()], JSON.parse('{"__proto__": 1}') as Values).texts).toEqual(['t/d/__proto__ 1']));
});
