import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { decode } from '../../../src/model/decode.js';
import { mqttConfig } from '../../../src/sources/mqtt/config.js';
import { mappings } from '../../../src/sources/mqtt/mappings.js';

const load = (path: string): unknown =>
  JSON.parse(readFileSync(new URL(`../../fixtures/compat/${path}`, import.meta.url), 'utf8'));

const minimal = { broker: { host: 'h', security: { type: 'anonymous' } } };
const deviceInfo = { deviceNameExpression: '${name}' };
const withMapping = (...mapping: unknown[]) => ({ ...minimal, mapping });
const problems = (file: unknown) => decode(mqttConfig, file).problems.map(({ path, expected }) => [path, expected]);

describe('mqttConfig', () => {
  it.each([
    'thingsboard_gateway/config/mqtt.json',
    'tests/unit/connectors/mqtt/data/mapping/new_config.json',
    'tests/unit/connectors/mqtt/data/connect_requests/new_config.json',
    'tests/unit/connectors/mqtt/data/attribute_requests/new_config.json',
  ])('reads the incumbent’s %s without a complaint', (path) => {
    const { value, problems, unknown } = decode(mqttConfig, load(path));
    expect(problems).toEqual([]);
    expect(unknown).toEqual([]);
    expect(value?.broker).toMatchObject({ host: '127.0.0.1', port: 1883, version: 5 });
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
        maxUnacknowledgedMessages: 1000,
        maxUnacknowledgedBytes: 8_388_608,
        security: { type: 'anonymous' },
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
  it('says which mappings cannot be used, and why', () => {
    const config = decode(mqttConfig, load('thingsboard_gateway/config/mqtt.json')).value!;
    const { usable, unsupported } = mappings(config.mapping);
    expect(usable.map(({ label, kind }) => [label, kind])).toEqual([
      ['mapping[0] (data/)', 'json'],
      ['mapping[1] (sensor/+/data)', 'json'],
      ['mapping[2] (sensor/raw_data)', 'bytes'],
    ]);
    expect(unsupported).toEqual([
      { label: 'mapping[3] (custom/sensors/+)', why: 'custom converters are not supported yet' },
    ]);
  });
  it('lets an extension win over the type, and skips a converter that is neither', () => {
    const file = withMapping(
      { topicFilter: 'a', converter: { type: 'json', extension: 'X' } },
      { topicFilter: 'b', converter: {} },
    );
    expect(mappings(decode(mqttConfig, file).value!.mapping).unsupported.map(({ label }) => label)).toEqual([
      'mapping[0] (a)',
      'mapping[1] (b)',
    ]);
  });
});
