import { describe, expect, it } from 'vitest';
import type { Json } from '../../../../src/model/message.js';
import { rpcPatience } from '../../../../src/sources/mqtt/commands/rpc-patience.js';
import type { RpcRule } from '../../../../src/sources/mqtt/config/server-side-rpc.js';

const rule = (members: Pick<RpcRule, 'responseTopicExpression' | 'responseTimeout'> = {}) => ({
  deviceNameFilter: '.*',
  methodFilter: '.*',
  requestTopicExpression: 't',
  valueExpression: 'v',
  retain: false,
  qos: 0 as const,
  ...members,
});
const twoWay = (responseTimeout: number) => rule({ responseTopicExpression: 'r', responseTimeout });
const of = (rules: readonly RpcRule[], method: string, params: Json = null, device: string | null = 'd'): number =>
  rpcPatience(rules)({ kind: 'rpc', id: 1, method, params, ...(device === null ? {} : { device }) });

describe('a call may take', () => {
  it.each<readonly [string, readonly RpcRule[], number]>([
    ['the largest responseTimeout of the rules, and 5 s to be sent', [twoWay(7_000), rule(), twoWay(30_000)], 35_000],
    ['no time where there are no rules', [], 0],
    ['no time where a rule has no answer', [rule(), rule({ responseTimeout: 30_000 }), twoWay(0)], 0],
  ])('%s', (_, rules, expected) => {
    expect(of(rules, 'm')).toBe(expected);
  });

  it.each<readonly [string, string, Json, string | null, number]>([
    [
      'what a text says',
      'get',
      'requestTopicExpression=t;value=v;responseTopicExpression=r;responseTimeout=20000',
      'd',
      25_000,
    ],
    [
      '5 s for an answer if a text does not say',
      'mqtt_set',
      'requestTopicExpression=t;value=v;responseTopicExpression=r',
      'd',
      10_000,
    ],
    ['what an object says', 'mqtt_get', { ...twoWay(20_000) }, null, 25_000],
    ['5 min at most if it says so itself', 'set', { ...twoWay(3_600_000) }, 'd', 305_000],
    ['no time where nobody answers', 'set', 'requestTopicExpression=t;value=v', 'd', 0],
    ['no time where it is none', 'mqtt_get', 'responseTimeout=nonsense', null, 0],
    ['no time where its params are nothing', 'get', null, 'd', 0],
  ])('%s, whatever the rules are', (_, method, params, device, expected) => {
    expect(of([twoWay(60_000)], method, params, device)).toBe(expected);
  });
});
