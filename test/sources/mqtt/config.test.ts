import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { decode } from '../../../src/model/decode.js';
import { mqttConfig } from '../../../src/sources/mqtt/config.js';
import { deviceRequest } from '../../../src/sources/mqtt/config/device-request.js';
import { mappings } from '../../../src/sources/mqtt/uplink/mappings.js';

const load = (path: string): unknown =>
  JSON.parse(readFileSync(new URL(`../../fixtures/compat/${path}`, import.meta.url), 'utf8'));

const minimal = { broker: { host: 'h', security: { type: 'anonymous' } } };
const deviceInfo = { deviceNameExpression: '${name}' };
const withMapping = (...mapping: unknown[]) => ({ ...minimal, mapping });
const problems = (file: unknown) => decode(mqttConfig, file).problems.map(({ path, expected }) => [path, expected]);

describe('mqttConfig', () => {
  it.each([
    'thingsboard_gateway/config/mqtt.json',
    'tests/integration/data/gateway/mqtt.json',
    ...['old_config', 'new_config'].flatMap((file) =>
      ['mapping', 'connect_requests', 'attribute_requests'].map(
        (folder) => `tests/unit/connectors/mqtt/data/${folder}/${file}.json`,
      ),
    ),
    ...[
      'on_attribute_update_mqtt_config',
      'on_attribute_updates_no_required_field',
      'on_attributes_update_empty_section',
    ].map((file) => `tests/unit/connectors/mqtt/data/attribute_updates/${file}.json`),
  ])('reads the incumbent’s %s without a complaint', (path) => {
    const { value, problems, unknown } = decode(mqttConfig, load(path));
    expect(problems).toEqual([]);
    expect(unknown).toEqual([]);
    expect(value?.broker).toMatchObject({ host: '127.0.0.1', version: 5 });
  });

  it.each(['on_connect_mqtt_config', 'on_connect_mqtt_config_topic_device_section'])(
    'reads the incumbent’s connect request %s without a complaint',
    (file) => {
      const decoded = decode(deviceRequest, load(`tests/unit/connectors/mqtt/data/connect_requests/${file}.json`));
      expect(decoded).toMatchObject({ problems: [], unknown: [], value: { subscriptionQos: 1 } });
    },
  );

  it('reads the incumbent’s attribute request without a complaint', () => {
    const path = 'tests/unit/connectors/mqtt/data/attribute_requests/on_attribute_request_mqtt_config_client_side.json';
    const { problems: none, unknown } = decode(mqttConfig, { ...minimal, attributeRequests: [load(path)] });
    expect([none, unknown]).toEqual([[], []]);
  });

  it('reads an older file as the newer one that it means', () => {
    const folder = 'tests/unit/connectors/mqtt/data/mapping';
    const [older, newer] = ['old_config', 'new_config'].map((file) =>
      decode(mqttConfig, load(`${folder}/${file}.json`)),
    );
    expect(older?.value).toEqual(newer?.value);
    expect(newer?.value?.mapping).toHaveLength(4);
  });

  it('takes each entry by itself where a file is half adapted', () => {
    const file = {
      ...minimal,
      mapping: [
        { topicFilter: 'a', converter: { type: 'json', deviceInfo } },
        {
          topicFilter: 'b',
          converter: { type: 'json', deviceNameTopicExpression: 'x', deviceNameJsonExpression: '${n}' },
        },
      ],
      connectRequests: [{ topicFilter: 'c', deviceNameJsonExpression: '${n}' }],
      requestsMapping: { connectRequests: [], disconnectRequests: [{ topicFilter: 'd', deviceInfo }] },
    };
    const { value, problems, unknown } = decode(mqttConfig, file);
    expect([problems, unknown]).toEqual([[], []]);
    expect(value?.mapping[1]?.converter.deviceInfo).toMatchObject({
      deviceNameExpressionSource: 'topic',
      deviceNameExpression: 'x',
    });
    expect(value?.requestsMapping.connectRequests.map(({ topicFilter }) => topicFilter)).toEqual(['c']);
    expect(value?.requestsMapping.disconnectRequests.map(({ topicFilter }) => topicFilter)).toEqual(['d']);
  });

  it('knows the older name of mapping', () => {
    const dataMapping = [{ topicFilter: 'a', converter: { type: 'json', deviceInfo } }];
    const { value, unknown } = decode(mqttConfig, { ...minimal, dataMapping });
    expect(value?.mapping).toHaveLength(1);
    expect(unknown).toEqual([]);
  });

  it('refuses code under useEval, with its place, and lets formulas and plain texts pass', () => {
    const file = (value: string) =>
      withMapping({
        topicFilter: 'a',
        converter: { type: 'json', deviceInfo, useEval: true, timeseries: ['*', { key: 'k', value }] },
      });
    for (const value of ['round(${a} * 1.8 + 32, 2)', '(${a} + ${b}) / (${a} - ${b})', '${a}', 'on', '${a}:${b}'])
      expect(problems(file(value))).toEqual([]);
    for (const value of ['str(${a})', '${a} if ${b} else 0', '__import__', 'open("${a}").read()'])
      expect(decode(mqttConfig, file(value)).problems).toMatchObject([
        {
          path: 'mapping[0].converter.timeseries[1].value',
          found: JSON.stringify(value),
          expected: expect.stringContaining('code of a configuration is never run'),
        },
      ]);
  });

  it.each(['../secret', 'a/b', '', 'a.b', '/etc/passwd', 'a\0b'])('lets %j name no converter', (extension) =>
    expect(problems(withMapping({ topicFilter: 'a', converter: { extension } }))).toEqual([
      ['mapping[0].converter.extension', 'the name of a file in extensions/mqtt, without its ending'],
    ]),
  );

  it('refuses a regular expression that could take for ever, wherever one may stand', () => {
    const slow = { deviceNameExpressionSource: 'topic', deviceNameExpression: '(a+)+$' };
    const file = {
      ...withMapping(
        { topicFilter: 'a', converter: { type: 'json', deviceInfo: slow } },
        {
          topicFilter: 'a',
          converter: { type: 'json', deviceInfo, attributes: [{ keySource: 'topic', key: '(a|a)*$', value: '1' }] },
        },
      ),
      connectRequests: [{ topicFilter: 'a', deviceInfo: slow }],
    };
    const found = problems(file);
    expect(found.map(([path]) => path)).toEqual([
      'mapping[0].converter.deviceInfo.deviceNameExpression',
      'mapping[1].converter.attributes[0].key',
      'requestsMapping.connectRequests[0].deviceInfo.deviceNameExpression',
    ]);
    expect(found.every(([, expected]) => expected?.includes('can take for ever'))).toBe(true);
  });

  it('misses the end of a placeholder, wherever one may stand, and takes texts and closed braces as they are', () => {
    const named = (deviceNameExpression: string, deviceNameExpressionSource = 'message') => ({
      deviceNameExpression,
      deviceNameExpressionSource,
    });
    const converter = (info: object, key: string, value: string, more: object = {}) => ({
      topicFilter: 'a',
      converter: { type: 'json', deviceInfo: info, timeseries: [{ key, value, ...more }] },
    });
    const file = {
      ...withMapping(
        converter(named('${serial'), 'a ${b} ${c', '${temp'),
        converter(named('${a', 'constant'), '$', '{', { keySource: 'constant' }),
        converter(named('${a@b}'), '${a}', '} ${x} {$ ${'),
        converter(named('a$', 'topic'), '$', '${a[0].b}', { keySource: 'topic' }),
      ),
      connectRequests: [{ topicFilter: 'a', deviceNameJsonExpression: '${serial' }],
    };
    expect(problems(file)).toEqual(
      [
        'mapping[0].converter.deviceInfo.deviceNameExpression',
        'mapping[0].converter.timeseries[0].key',
        'mapping[0].converter.timeseries[0].value',
        'mapping[1].converter.deviceInfo.deviceNameExpression',
        'mapping[2].converter.timeseries[0].value',
        'requestsMapping.connectRequests[0].deviceInfo.deviceNameExpression',
      ].map((path) => [path, 'a "}" for each "${"']),
    );
  });

  it('takes the empty name of a certificate file, as forms write it, for none', () => {
    const security = { type: 'certificates', caCert: 'ca.pem', pathToCACert: '', pathToPrivateKey: '' };
    const file = (more: object) => ({ ...minimal, broker: { host: 'h', security: { ...security, ...more } } });
    expect(decode(mqttConfig, file({})).value?.broker.security).toEqual({ type: 'certificates', caCert: 'ca.pem' });
    expect(problems(file({ username: '', pathToClientCert: 7 })).map(([path]) => path)).toEqual([
      'broker.security.username',
      'broker.security.pathToClientCert',
    ]);
  });

  it('has the documented defaults', () =>
    expect(
      decode(mqttConfig, withMapping({ topicFilter: 'a', converter: { type: 'json', deviceInfo } })).value,
    ).toEqual({
      broker: {
        host: 'h',
        port: 1883,
        version: 5,
        keepAlive: 60,
        cleanSession: true,
        cleanStart: true,
        sessionExpiryInterval: 0,
        maxUnacknowledgedMessages: 500,
        maxUnacknowledgedBytes: 8_388_608,
        maxPayloadBytes: 4_194_304,
        security: { type: 'anonymous' },
      },
      requestsMapping: {
        connectRequests: [],
        disconnectRequests: [],
        attributeRequests: [],
        attributeUpdates: [],
        serverSideRpc: [],
      },
      mapping: [
        {
          topicFilter: 'a',
          subscriptionQos: 1,
          converter: {
            type: 'json',
            deviceInfo: {
              deviceNameExpressionSource: 'message',
              deviceNameExpression: '${name}',
              deviceProfileExpressionSource: 'message',
              deviceProfileExpression: 'default',
            },
            attributes: [],
            timeseries: [],
            useReceivedTs: false,
            useEval: false,
          },
        },
      ],
    }));

  it.each([
    ['no host', { broker: { security: {} } }, ['broker.host', 'a text']],
    ['a version', { broker: { ...minimal.broker, version: 6 } }, ['broker.version', '3, 4 or 5']],
    ['a port', { broker: { ...minimal.broker, port: 0 } }, ['broker.port', 'a port (1 to 65535)']],
    [
      'no user',
      { broker: { host: 'h', security: { type: 'basic' } } },
      ['broker.security.username', 'a user name, as the type is basic'],
    ],
    [
      'a filter',
      withMapping({ topicFilter: 'a/#/b', converter: { type: 'custom' } }),
      ['mapping[0].topicFilter', 'an MQTT topic filter'],
    ],
    [
      'no deviceInfo',
      withMapping({ topicFilter: 'a', converter: { type: 'json' } }),
      ['mapping[0].converter.deviceInfo', 'deviceInfo'],
    ],
    [
      'a name’s expression',
      withMapping({
        topicFilter: 'a',
        converter: { type: 'json', deviceInfo: { deviceNameExpressionSource: 'topic', deviceNameExpression: '(' } },
      }),
      ['mapping[0].converter.deviceInfo.deviceNameExpression', 'a regular expression'],
    ],
    [
      'a key’s expression',
      withMapping({
        topicFilter: 'a',
        converter: { type: 'json', deviceInfo, timeseries: ['*', { keySource: 'topic', key: '[', value: '1' }] },
      }),
      ['mapping[0].converter.timeseries[1].key', 'a regular expression'],
    ],
  ])('names the place of a mistake: %s', (_, file, problem) => expect(problems(file)).toEqual([problem]));

  it('knows a misspelt key of a data point', () => {
    const timeseries = [{ key: 'a', value: '${a}', typ: 'int' }];
    const { problems } = decode(
      mqttConfig,
      withMapping({ topicFilter: 'a', converter: { type: 'json', deviceInfo, timeseries } }),
    );
    expect(problems).toMatchObject([{ path: 'mapping[0].converter.timeseries[0].typ', nearest: 'type' }]);
  });
});

describe('mappings', () => {
  it('takes every converter of the incumbent’s sample', () => {
    const config = decode(mqttConfig, load('thingsboard_gateway/config/mqtt.json')).value!;
    const { usable, unsupported } = mappings(config.mapping);
    expect(usable.map(({ label, kind }) => [label, kind])).toEqual([
      ['mapping[0] (data/)', 'json'],
      ['mapping[1] (sensor/+/data)', 'json'],
      ['mapping[2] (sensor/raw_data)', 'bytes'],
      ['mapping[3] (custom/sensors/+)', 'custom'],
    ]);
    expect(unsupported).toEqual([]);
  });
  it('lets an extension win over the type, and says which cannot be used, and why', () => {
    const file = withMapping(
      { topicFilter: 'a', converter: { type: 'json', extension: 'X' } },
      { topicFilter: 'b', converter: {} },
      { topicFilter: 'c', converter: { type: 'custom' } },
    );
    const { usable, unsupported } = mappings(decode(mqttConfig, file).value!.mapping);
    expect(usable.map(({ label, kind }) => [label, kind])).toEqual([['mapping[0] (a)', 'custom']]);
    expect(unsupported).toEqual([
      { label: 'mapping[1] (b)', why: 'it has no converter type' },
      { label: 'mapping[2] (c)', why: 'it names no extension' },
    ]);
  });
});
