import { describe, expect, it } from 'vitest';
import { sharedKeys } from '../../../../src/sources/rest/commands/shared-keys.js';
import { configOf, converter } from '../running.js';

const keysOf = (rules: readonly (readonly [string, string])[], mapping: readonly object[] = []) =>
  sharedKeys(
    configOf({
      server: { host: 'h' },
      mapping,
      requestsMapping: {
        attributeUpdates: rules.map(([attributeFilter, deviceNameFilter]) => ({
          deviceNameFilter,
          attributeFilter,
          requestUrlExpression: 'h',
        })),
      },
    }),
  );

describe('what a device wants to be told when it connects', () => {
  it('is what the rules that match its whole name spell out, each once', () => {
    const keys = keysOf([
      ['a', 'lamp'],
      ['b', '.*'],
      ['b|c', 'lamp'],
      ['.*', '.*'],
    ]);
    expect(keys?.('lamp')).toEqual(['a', 'b', 'c']);
    expect(keys?.('lamp 1')).toEqual(['b']);
  });

  it('is nothing where no rule spells a name out', () => expect(keysOf([['.*', '.*']])).toBeUndefined());

  it('is not what a request waits for: an old value is no answer', () => {
    const waiting = {
      endpoint: '/a',
      HTTPMethods: ['POST'],
      converter,
      response: { responseExpected: true, responseAttribute: 'answer' },
    };
    expect(keysOf([['answer|fw', '.*']], [waiting])?.('A')).toEqual(['fw']);
    expect(keysOf([['answer', '.*']], [waiting])).toBeUndefined();
  });

  it('leaves out a rule whose filter takes too long', () => {
    const rules = configOf({
      server: { host: 'h' },
      requestsMapping: {
        attributeUpdates: ['a', 'b'].map((attributeFilter) => ({
          deviceNameFilter: '.*',
          attributeFilter,
          requestUrlExpression: 'h',
        })),
      },
    }).requestsMapping.attributeUpdates;
    // The codec refuses such a filter; a search that proves slow in spite of it must cost no other rule.
    const attributeUpdates = rules.map((rule, i) => (i === 0 ? { ...rule, deviceNameFilter: '(x+x+)+y' } : rule));
    const requestsMapping = { attributeUpdates, attributeRequests: [], serverSideRpc: [] };
    expect(sharedKeys({ mapping: [], requestsMapping })?.('x'.repeat(60))).toEqual(['b']);
  });
});
