import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { decode } from '../../../src/model/decode.js';
import { attributeUpdates } from '../../../src/sources/mqtt/commands/attribute-updates.js';
import { mqttConfig } from '../../../src/sources/mqtt/config.js';

const load = (path: string): Readonly<Record<string, unknown>> =>
  JSON.parse(readFileSync(new URL(`../../fixtures/compat/${path}`, import.meta.url), 'utf8')) as Readonly<
    Record<string, unknown>
  >;
const data = 'tests/unit/connectors/mqtt/data';
const broker = { host: 'h', security: { type: 'anonymous' } };
const requests = (requestsMapping: object) => decode(mqttConfig, { broker, requestsMapping });

const request = {
  topicFilter: 'a',
  deviceInfo: { deviceNameExpression: '${n}' },
  attributeNameExpression: '${a}',
  topicExpression: 't',
  valueExpression: 'v',
};
const update = { deviceNameFilter: '.*', attributeFilter: '.*', topicExpression: 't', valueExpression: 'v' };
const call = { deviceNameFilter: '.*', methodFilter: '.*', requestTopicExpression: 't', valueExpression: 'v' };

describe('the request sections', () => {
  it('have the documented defaults', () => {
    const sections = { attributeRequests: [request], attributeUpdates: [update], serverSideRpc: [call] };
    expect(requests(sections).value?.requestsMapping).toMatchObject({
      attributeRequests: [
        { attributeNameExpressionSource: 'message', scope: 'shared', subscriptionQos: 1, retain: false, qos: 0 },
      ],
      attributeUpdates: [{ retain: false, qos: 0 }],
      serverSideRpc: [{ retain: false, qos: 0 }],
    });
  });

  it.each([
    [
      'attributeRequests',
      request,
      ['topicFilter', 'deviceInfo', 'attributeNameExpression', 'topicExpression', 'valueExpression'],
    ],
    ['attributeUpdates', update, ['deviceNameFilter', 'attributeFilter', 'topicExpression', 'valueExpression']],
    ['serverSideRpc', call, ['deviceNameFilter', 'methodFilter', 'requestTopicExpression', 'valueExpression']],
  ])('of %s say which keys are missing', (section, entry, keys) => {
    const { problems } = requests({ [section]: [{}] });
    expect(problems.map(({ path }) => path)).toEqual(keys.map((key) => `requestsMapping.${section}[0].${key}`));
    expect(requests({ [section]: [entry] }).problems).toEqual([]);
  });

  it.each<readonly [string, object, string]>([
    [
      'attributeRequests',
      { ...request, attributeNameExpressionSource: 'topic', attributeNameExpression: '(' },
      'attributeNameExpression',
    ],
    ['attributeRequests', { ...request, scope: 'server' }, 'scope'],
    ['attributeRequests', { ...request, topicFilter: 'a/#/b' }, 'topicFilter'],
    ['attributeRequests', { ...request, qos: 3 }, 'qos'],
    ['attributeUpdates', { ...update, deviceNameFilter: '(' }, 'deviceNameFilter'],
    ['attributeUpdates', { ...update, attributeFilter: '(a+)+$' }, 'attributeFilter'],
    ['attributeUpdates', { ...update, retain: 'yes' }, 'retain'],
    ['serverSideRpc', { ...call, methodFilter: '*' }, 'methodFilter'],
    ['serverSideRpc', { ...call, deviceNameFilter: '(a|a)*$' }, 'deviceNameFilter'],
    ['serverSideRpc', { ...call, responseTimeout: -1 }, 'responseTimeout'],
    ['serverSideRpc', { ...call, type: 'threeWay' }, 'type'],
  ])('of %s refuse %j', (section, entry, key) => {
    const { problems } = requests({ [section]: [entry] });
    expect(problems.map(({ path }) => path)).toEqual([`requestsMapping.${section}[0].${key}`]);
  });

  it('say why they refuse a regular expression', () => {
    const expected = (attributeFilter: unknown) =>
      requests({ attributeUpdates: [{ ...update, attributeFilter }] }).problems[0]?.expected;
    expect(expected('(')).toBe('a regular expression');
    expect(expected(5)).toBe('a regular expression');
    expect(expected('(a+)+$')).toContain('can take for ever');
  });

  it('may stand at the top of the file, as {} where there are none, and with names of the older format', () => {
    const { topicFilter, topicExpression, valueExpression } = request;
    const names = { deviceNameJsonExpression: '${n}', attributeNameTopicExpression: '[^/]+$' };
    const older = { topicFilter, topicExpression, valueExpression, ...names };
    const file = { broker, mapping: [], attributeRequests: [older], attributeUpdates: {}, serverSideRpc: [call] };
    const { value, problems, unknown, idle } = decode(mqttConfig, file);
    expect([problems, unknown, idle]).toEqual([[], [], []]);
    expect(value?.requestsMapping).toMatchObject({
      attributeRequests: [
        {
          deviceInfo: { deviceNameExpressionSource: 'message', deviceNameExpression: '${n}' },
          attributeNameExpressionSource: 'topic',
          attributeNameExpression: '[^/]+$',
        },
      ],
      attributeUpdates: [],
      serverSideRpc: [call],
    });
  });
});

describe('the incumbent’s files', () => {
  it('of attribute requests are read', () => {
    const entry = load(`${data}/attribute_requests/on_attribute_request_mqtt_config_client_side.json`);
    expect(requests({ attributeRequests: [entry] }).value?.requestsMapping.attributeRequests).toMatchObject([
      { scope: 'client', topicExpression: 'devices/${deviceName}/attrs' },
    ]);
  });

  it.each([
    ['on_attributes_update_empty_section', []],
    ['on_attribute_update_mqtt_config', ['sensor/SN-002/firmwareVersion {"firmwareVersion":"5.8"}']],
    [
      // An empty filter matches every name.
      'on_attribute_updates_no_required_field',
      ['sensor/SN-002/firmwareVersion {"firmwareVersion":"5.8"}', 'sensor/SN-002/model {"model":"M"}'],
    ],
  ])('of attribute updates publish what they say: %s', (name, published) => {
    const { value, problems } = decode(mqttConfig, load(`${data}/attribute_updates/${name}.json`));
    expect(problems).toEqual([]);
    const updates = attributeUpdates(value!.requestsMapping.attributeUpdates);
    const values = { firmwareVersion: 5.8, model: 'M' };
    const all = updates({ kind: 'attributeUpdate', device: 'SN-002', values, deleted: [] }, (error) => {
      throw error;
    });
    expect(all.map(({ topic, payload }) => `${topic} ${payload.toString()}`)).toEqual(published);
    expect(all.every(({ retain }) => retain)).toBe(true);
  });

  it('of the sample have no key in the request sections that is without effect', () => {
    const { idle } = decode(mqttConfig, load('thingsboard_gateway/config/mqtt.json'));
    expect(idle.filter(({ path }) => path.startsWith('requestsMapping'))).toEqual([]);
  });
});
