import { describe, expect, it } from 'vitest';
import type { AttributeValues } from '../../../../src/model/command.js';
import { decode } from '../../../../src/model/decode.js';
import { attributeAnswers } from '../../../../src/sources/mqtt/commands/attribute-answers.js';
import type { Asked } from '../../../../src/sources/mqtt/uplink/reader.js';
import { mqttConfig } from '../../../../src/sources/mqtt/config.js';
import { uplink } from '../../../../src/sources/mqtt/uplink.js';

const request = (members: object = {}) => ({
  topicFilter: 'ask/+',
  deviceInfo: { deviceNameExpression: '${n}' },
  attributeNameExpression: '${a}${b}',
  topicExpression: 'told/${deviceName}/${attributeKey}',
  valueExpression: '${deviceName} ${attributeKey}=${attributeValue}',
  ...members,
});
const config = (attributeRequests: readonly object[], mapping: readonly object[] = []) => {
  const { value, problems } = decode(mqttConfig, {
    broker: { host: 'h', security: { type: 'anonymous' } },
    mapping,
    requestsMapping: { attributeRequests },
  });
  if (value === undefined) throw new Error(JSON.stringify(problems));
  return value;
};
const said = (members: object, payload: string, topic = 'ask/x') =>
  uplink(config([request(members)]))({ topic, payload: Buffer.from(payload), retained: false }, 0);

describe('an attribute request', () => {
  it.each<readonly [string, object, string, readonly string[]]>([
    ['each placeholder', {}, '{"n":"d","a":"k","b":"l"}', ['k', 'l']],
    ['those that are there', {}, '{"n":"d","b":"l"}', ['l']],
    ['a name once', {}, '{"n":"d","a":"k","b":"k"}', ['k']],
    ['numbers as text', {}, '{"n":"d","a":5}', ['5']],
    ['a constant', { attributeNameExpressionSource: 'constant', attributeNameExpression: 'k' }, '{"n":"d"}', ['k']],
    [
      'the whole match in the topic',
      { attributeNameExpressionSource: 'topic', attributeNameExpression: '[^/]+$' },
      '{"n":"d"}',
      ['x'],
    ],
    ['a name such as __proto__', {}, '{"n":"d","a":"__proto__"}', ['__proto__']],
  ])('asks for %s', (_, members, payload, keys) =>
    expect(said(members, payload)).toMatchObject([{ kind: 'attributeRequest', device: 'd', scope: 'shared', keys }]),
  );

  it.each([
    ['names no attribute', {}, '{"n":"d"}', 'the request names no attribute'],
    ['is not JSON', {}, '', 'the payload is not JSON'],
    [
      'names no device',
      { deviceInfo: { deviceNameExpressionSource: 'topic', deviceNameExpression: 'z' } },
      '{"a":"k"}',
      'the topic names no device',
    ],
    [
      'does not match the topic',
      { attributeNameExpressionSource: 'topic', attributeNameExpression: 'z' },
      '{"n":"d"}',
      'the request names no attribute',
    ],
  ])('that %s is an error', (_, members, payload, why) =>
    expect(() => said(members, payload)).toThrow(
      `attributeRequests[0] (ask/+) could not convert a message of ${payload.length} bytes: ${why}`,
    ),
  );

  const profiled = (deviceProfileExpression: string, source = 'message') => ({
    deviceInfo: { deviceNameExpression: '${n}', deviceProfileExpression, deviceProfileExpressionSource: source },
  });
  const long = 'x'.repeat(256);
  it.each<readonly [string, object, string, string | undefined]>([
    ['in its message', profiled('${p} of ${n}'), '{"n":"d","a":"k","p":"meter"}', 'meter of d'],
    ['in its topic', profiled('^[^/]+', 'topic'), '{"n":"d","a":"k"}', 'ask'],
    ['as a constant', profiled('meter', 'constant'), '{"n":"d","a":"k"}', 'meter'],
    ['nowhere', {}, '{"n":"d","a":"k"}', undefined],
    ['as what it is anyway', profiled('default'), '{"n":"d","a":"k"}', undefined],
    ['with nothing behind it', profiled('${p} of ${n}'), '{"n":"d","a":"k"}', undefined],
    ['in another topic', profiled('z', 'topic'), '{"n":"d","a":"k"}', undefined],
    ['that cannot be', profiled('${p}'), `{"n":"d","a":"k","p":"${long}"}`, undefined],
  ])('may say the profile of its device: %s', (_, members, payload, profile) => {
    const asked = said(members, payload)[0] as Asked;
    expect(asked.profile).toBe(profile);
    expect(attributeAnswers().ask(asked)).toStrictEqual({
      ...{ kind: 'attributeRequest', device: 'd', id: expect.any(Number) as number, scope: 'shared', keys: ['k'] },
      ...(profile === undefined ? {} : { profile }),
    });
  });

  it('needs no JSON for a profile that is looked for in it', () =>
    expect(
      said(
        {
          deviceInfo: {
            deviceNameExpressionSource: 'topic',
            deviceNameExpression: '[^/]+$',
            deviceProfileExpression: '${p}',
          },
          attributeNameExpressionSource: 'constant',
          attributeNameExpression: 'k',
        },
        '',
      ),
    ).toMatchObject([{ device: 'x', keys: ['k'] }]));

  it('asks on behalf of every section that matches, but not where a mapping does', () => {
    const both = [request(), request({ topicFilter: '#', scope: 'client' })];
    const payload = Buffer.from('{"n":"d","a":"k"}');
    const ask = (file: ReturnType<typeof config>) => uplink(file)({ topic: 'ask/x', payload, retained: false }, 0);
    expect(ask(config(both))).toMatchObject([{ scope: 'shared' }, { scope: 'client' }]);
    const converter = { type: 'json', deviceInfo: { deviceNameExpression: '${n}' }, timeseries: '*' };
    expect(ask(config(both, [{ topicFilter: 'ask/+', converter }]))).toMatchObject([{ telemetry: [{}] }]);
  });
});

describe('its answer', () => {
  const told = (payload: string, answer: Omit<AttributeValues, 'kind' | 'id'>, members: object = {}) => {
    const answers = attributeAnswers();
    const { device, id } = answers.ask(said(members, payload)[0] as Asked);
    return answers.answer({ kind: 'attributeValues', device, id, ...answer });
  };
  const one = '{"n":"d","a":"k"}';
  const two = '{"n":"d","a":"k","b":"l"}';

  it.each<readonly [string, string, Omit<AttributeValues, 'kind' | 'id'>, string, string]>([
    ['one value', one, { value: 5 }, 'told/d/k', 'd k=5'],
    ['a text, as JSON', one, { value: 'x' }, 'told/d/k', 'd k="x"'],
    ['one value that comes with its name', one, { values: { k: true } }, 'told/d/k', 'd k=true'],
    ['no value', one, {}, 'told/d/k', 'd k=null'],
    ['several values', two, { values: { k: 1, l: [2] } }, 'told/d/k,l', '{"k":1,"l":[2]}'],
    ['one of several', two, { values: { l: 2 } }, 'told/d/k,l', '{"l":2}'],
    ['none of several', two, {}, 'told/d/k,l', '{}'],
    ['one value without its name, of several', two, { value: 1 }, 'told/d/k,l', 'd k,l=1'],
  ])('of %s', (_, payload, answer, topic, text) =>
    expect(told(payload, answer)).toEqual({ topic, payload: text, retain: false, qos: 0 }),
  );

  it('is published as the section says', () =>
    expect(told(one, { value: 1 }, { retain: true, qos: 2 })).toMatchObject({ retain: true, qos: 1 }));

  it('goes to whoever asked, once, and not to a request that came back', () => {
    const answers = attributeAnswers();
    const [x, y, z] = ['x', 'y', 'z'].map((n) => answers.ask(said({}, `{"n":"${n}","a":"k"}`)[0] as Asked));
    answers.forget(z!.id);
    const topics = [y!, x!, x!, z!, { device: 'x', id: -1 }].map(
      ({ device, id }) => answers.answer({ kind: 'attributeValues', device, id, value: 1 })?.topic,
    );
    expect(topics).toEqual(['told/y/k', 'told/x/k', undefined, undefined, undefined]);
  });

  it('is forgotten when a thousand others wait', () => {
    const answers = attributeAnswers();
    const asked = said({}, one)[0] as Asked;
    const ids = Array.from({ length: 1001 }, () => answers.ask(asked).id);
    expect(new Set(ids).size).toBe(1001);
    const answered = ids.map(
      (id) => answers.answer({ kind: 'attributeValues', device: 'd', id, value: 1 }) !== undefined,
    );
    expect(answered.indexOf(true)).toBe(1);
    expect(answered.filter(Boolean)).toHaveLength(1000);
  });

  it('is an error where its topic cannot be', () =>
    expect(() => told('{"n":"a/#","a":"k"}', { value: 1 })).toThrow('nothing can be published on the topic'));
});
