import { describe, expect, it } from 'vitest';
import { sharedKeys } from '../../../../src/sources/mqtt/commands/shared-keys.js';

const rule = (attributeFilter: string, deviceNameFilter = '.*') => ({
  deviceNameFilter,
  attributeFilter,
  topicExpression: 't',
  valueExpression: 'v',
  retain: false,
  qos: 0 as const,
});

describe('sharedKeys', () => {
  it.each([
    ['firmware', ['firmware']],
    ['^firmware$', ['firmware']],
    ['two words|ünlaut-1', ['two words', 'ünlaut-1']],
    ['__proto__', ['__proto__']],
    ['.*', undefined],
    ['', undefined],
    ['a.b', undefined],
    ['a|b.*', undefined],
    ['firmware\\d+', undefined],
    ['(?i)firmware', undefined],
  ])('finds in the filter %s the names %j', (filter, names) =>
    expect(sharedKeys([rule(filter)])?.('any')).toEqual(names),
  );

  it('names what all rules that fit the device name, each once', () => {
    const keysOf = sharedKeys([rule('a', 'lamp'), rule('b'), rule('b|c', 'lamp'), rule('.*')]);
    expect(keysOf?.('lamp 1')).toEqual(['a', 'b', 'c']);
    expect(keysOf?.('a lamp')).toEqual(['b']);
  });

  it('lets a filter that takes too long fit nobody', () => {
    const keysOf = sharedKeys([rule('a', '(x+x+)+y'), rule('b')]);
    expect(keysOf?.('x'.repeat(60))).toEqual(['b']);
  });
});
