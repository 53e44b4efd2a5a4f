import { describe, expect, it } from 'vitest';
import type { Json } from '../../../../src/model/message.js';
import { RpcError } from '../../../../src/model/rpc-error.js';
import { rpcCalls } from '../../../../src/sources/mqtt/commands/rpc-calls.js';
import type { RpcRule } from '../../../../src/sources/mqtt/config/server-side-rpc.js';

const rule = (members: Partial<RpcRule> = {}): RpcRule => ({
  deviceNameFilter: '.*',
  methodFilter: '.*',
  requestTopicExpression: 't',
  valueExpression: 'v',
  retain: false,
  qos: 0,
  ...members,
});
const call = (rules: readonly RpcRule[], method: string, params: Json = null, device: string | null = 'd') =>
  rpcCalls(rules)({ kind: 'rpc', id: 5, method, params, ...(device === null ? {} : { device }) });
const failure = (run: () => unknown): RpcError => {
  try {
    run();
  } catch (error) {
    if (error instanceof RpcError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
};

describe('rpcCalls', () => {
  it.each([
    ['x/${deviceName}/${methodName}/${requestId}', 'x/d/m/5'],
    ['${params.a}/${params.b}-${params.c[1]}', '1/two-true'],
    ['${params.none}/${nothing}', '${params.none}/${nothing}'],
    ['${method}/${id}', 'm/5'],
    ['${params.inject}', '${deviceName}'],
  ])('fills the topic %s', (requestTopicExpression, topic) => {
    const params = { a: 1, b: 'two', c: [false, true], inject: '${deviceName}' };
    expect(call([rule({ requestTopicExpression })], 'm', params).publication.topic).toBe(topic);
  });

  it.each<readonly [string, Json, string]>([
    ['${params}', 'on', '"on"'],
    ['${params}', null, 'null'],
    ['${params}', { a: [1, null] }, '{"a":[1,null]}'],
    ['{"v":${params.v},"d":"${deviceName}"}', { v: 'x"y' }, '{"v":"x\\"y","d":"d"}'],
    ['${params.none}', {}, '${params.none}'],
    ['${params.constructor}', {}, '${params.constructor}'],
    ['constant', {}, 'constant'],
  ])('fills the payload %s with %j', (valueExpression, params, payload) =>
    expect(call([rule({ valueExpression })], 'm', params).publication.payload).toBe(payload),
  );

  it('takes the first rule whose filters are found in both names', () => {
    const rules = [
      rule({ deviceNameFilter: '^d$', methodFilter: 'Relay$', valueExpression: 'first' }),
      rule({ methodFilter: 'Relay', valueExpression: 'second' }),
      rule({ methodFilter: 'Relay', valueExpression: 'third' }),
    ];
    const chosen = (device: string, method: string) => call(rules, method, null, device).publication.payload;
    expect(chosen('d', 'setRelay')).toBe('first');
    expect(chosen('e', 'setRelay')).toBe('second');
    expect(chosen('d', 'setRelays')).toBe('second');
    expect(failure(() => chosen('d', 'other'))).toMatchObject({ code: 404 });
  });

  it.each([
    [
      { responseTopicExpression: 'r/${requestId}', responseTimeout: 7 },
      { topic: 'r/5', qos: 1, timeout: 7 },
    ],
    [
      { responseTopicExpression: 'r', responseTimeout: 7, responseTopicQoS: 0 },
      { topic: 'r', qos: 0, timeout: 7 },
    ],
    [
      { responseTopicExpression: 'r', responseTimeout: 7, responseTopicQoS: 2 },
      { topic: 'r', qos: 1, timeout: 7 },
    ],
    [{ responseTopicExpression: 'r' }, undefined],
    [{ responseTopicExpression: 'r', responseTimeout: 0 }, undefined],
    [{ responseTimeout: 7, type: 'twoWay' }, undefined],
  ] as const)('is a two-way call with a response topic and a timeout: %j', (members, response) =>
    expect(call([rule(members)], 'm').response).toEqual(response),
  );

  it('publishes QoS 2 at 1', () => {
    const published = (qos: 0 | 1 | 2) => call([rule({ qos, retain: true })], 'm').publication;
    expect([published(0), published(1), published(2)]).toMatchObject([
      { qos: 0 },
      { qos: 1 },
      { qos: 1, retain: true },
    ]);
  });

  it.each(['', 'a/+', 'a/#', 'a\0', 'x'.repeat(65_536)])('refuses a topic that cannot be published on', (topic) => {
    const rules = [rule({ requestTopicExpression: '${params.t}' })];
    expect(failure(() => call(rules, 'm', { t: topic }))).toMatchObject({ code: 400 });
    const answers = [rule({ responseTopicExpression: '${params.t}', responseTimeout: 1 })];
    expect(failure(() => call(answers, 'm', { t: topic }))).toMatchObject({ code: 400 });
  });

  describe.each(['get', 'set', 'mqtt_get', 'mqtt_set'])('%s of a device', (method) => {
    const asked = (params: Json) => call([rule({ valueExpression: 'the rule' })], method, params);

    it('says in its params how it is published, whatever the rules', () =>
      expect(asked('requestTopicExpression=a/${methodName};value={"x":"a=b"};retain=True;qos=1')).toEqual({
        publication: { topic: `a/${method.slice(-3)}`, payload: '{"x":"a=b"}', retain: true, qos: 1 },
      }));

    it('gives an answer five seconds, unless it says more', () => {
      const text = 'requestTopicExpression=a;value=b;responseTopicExpression=c';
      expect(asked(text).response).toEqual({ topic: 'c', qos: 1, timeout: 5000 });
      expect(asked(`${text};responseTimeout=7;responseTopicQoS=0;`).response).toEqual({
        topic: 'c',
        qos: 0,
        timeout: 7,
      });
    });

    it('may say it as an object', () =>
      expect(asked({ requestTopicExpression: 'a', value: 'b' }).publication).toMatchObject({
        topic: 'a',
        payload: 'b',
      }));

    it.each([
      null,
      5,
      '',
      'nonsense',
      [],
      'requestTopicExpression=a',
      'value=b',
      'requestTopicExpression=a;value=b;qos=7',
    ])('is refused with params that say too little: %j', (params) =>
      expect(failure(() => asked(params))).toMatchObject({ code: 400 }),
    );
  });

  it('is not reserved with other underscores', () =>
    expect(call([rule({ methodFilter: '__get' })], 'mqtt__get').publication.payload).toBe('v'));

  it('publishes a call without a device as its params say, under its whole name', () => {
    const params = { requestTopicExpression: 'a/${methodName}', valueExpression: '${params.x}${deviceName}', x: 1 };
    expect(call([], 'mqtt_get', params, null).publication).toMatchObject({ topic: 'a/mqtt_get', payload: '1' });
    expect(failure(() => call([], 'mqtt_get', { value: 'b', requestTopicExpression: 'a' }, null)).message).toContain(
      'valueExpression',
    );
  });

  it('is fooled by no name of a prototype, and carries a megabyte', () => {
    const params = JSON.parse(`{"__proto__": {"requestTopicExpression": "p", "valueExpression": "p"}}`) as Json;
    expect(failure(() => call([], 'mqtt_x', params, null)).code).toBe(400);
    const big = 'x'.repeat(1_000_000);
    expect(call([rule({ valueExpression: '${params.__proto__}' })], 'm', params).publication.payload).toContain('"p"');
    expect(call([rule({ valueExpression: '${params}' })], 'm', big).publication.payload).toHaveLength(1_000_002);
    expect(({} as Record<string, unknown>).requestTopicExpression).toBeUndefined();
  });
});
