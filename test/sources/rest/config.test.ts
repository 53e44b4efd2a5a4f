import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { unreadableFiles } from '../../../src/config/unreadable-files.js';
import { decode } from '../../../src/model/decode.js';
import { restConfig } from '../../../src/sources/rest/config.js';
import { rules } from '../../../src/sources/rest/rules.js';
import { configOf, converter } from './running.js';

const load = (path: string): unknown => JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8'));
const sample = load('../../fixtures/compat/thingsboard_gateway/config/rest.json');

const mapping = { endpoint: '/data', HTTPMethods: ['post'], converter };
const outgoing = { deviceNameFilter: '.*', attributeFilter: '.*', requestUrlExpression: 'h' };

const mistakes = (file: object): readonly string[] =>
  decode(restConfig, { server: { host: 'h' }, ...file }).problems.map(({ path, expected }) => `${path}: ${expected}`);

describe('the incumbent’s sample', () => {
  it('loads as it stands', () => {
    const { value, problems, unknown } = decode(restConfig, sample);
    expect([problems, unknown]).toEqual([[], []]);
    expect(value?.server).toMatchObject({ host: '127.0.0.1', port: 5000, SSL: false });
    expect(value?.requestsMapping.serverSideRpc).toHaveLength(3);
    expect(unreadableFiles(sample, '/nowhere')).toEqual([]);
  });

  it('opens the endpoints whose converters there are, and says which it does not', () => {
    const { usable, unusable } = rules(configOf(sample as object), () => new Error('absent'));
    expect(usable.map(({ endpoint }) => endpoint)).toEqual(['/my_devices', '/anon1', '/sharedAttributes']);
    expect(unusable.map(({ label }) => label)).toEqual(['mapping[2] (/anon2)']);
  });
});

it('the sample that ships loads without a word', () => {
  const { problems, unknown, idle } = decode(restConfig, load('../../../config/rest.json'));
  expect([problems, unknown, idle]).toEqual([[], [], []]);
});

describe('a file of the older format', () => {
  const older = {
    host: '0.0.0.0',
    port: '8080',
    SSL: true,
    security: { cert: 'c.pem', key: 'k.pem' },
    mapping: [
      {
        ...mapping,
        converter: {
          type: 'json',
          deviceNameExpression: '${sensor_name}',
          deviceTypeExpression: 'thermo',
          'extension-config': { a: 1 },
          timeseries: [],
        },
      },
      { ...mapping, endpoint: '/b', converter: { type: 'json', deviceNameExpression: 'Fixed' } },
    ],
    attributeUpdates: [outgoing],
    serverSideRpc: {},
  };

  it('is read as it was meant', () => {
    const { value, problems, unknown } = decode(restConfig, older);
    expect([problems, unknown]).toEqual([[], []]);
    expect(value?.server).toMatchObject({ host: '0.0.0.0', port: 8080, SSL: true, security: { cert: 'c.pem' } });
    expect(value?.mapping.map(({ converter: { deviceInfo } }) => deviceInfo)).toEqual([
      {
        deviceNameExpressionSource: 'request',
        deviceNameExpression: '${sensor_name}',
        deviceProfileExpressionSource: 'constant',
        deviceProfileExpression: 'thermo',
      },
      {
        deviceNameExpressionSource: 'constant',
        deviceNameExpression: 'Fixed',
        deviceProfileExpressionSource: 'constant',
        deviceProfileExpression: 'default',
      },
    ]);
    expect(value?.mapping[0]!.converter.extensionConfig).toEqual({ a: 1 });
    expect(value?.requestsMapping).toMatchObject({ attributeUpdates: [{ timeout: 10 }], serverSideRpc: [] });
  });

  it('without a device’s name is a mistake with its place', () => {
    const nameless = [{ ...mapping, converter: { type: 'json', timeseries: [] } }];
    expect(mistakes({ mapping: nameless })).toEqual(['mapping[0].converter.deviceInfo: deviceInfo']);
  });
});

describe('mistakes are named with their place', () => {
  it.each<[string, object, string]>([
    ['no server', { server: undefined, mapping: [] }, 'server.host'],
    ['a port', { server: { host: 'h', port: 70_000 } }, 'server.port'],
    [
      'more time for the head than for the whole',
      { server: { host: 'h', headersTimeout: 60 } },
      'server.headersTimeout',
    ],
    ['a path', { mapping: [{ ...mapping, endpoint: 'data' }] }, 'mapping[0].endpoint'],
    ['half a part of a path', { mapping: [{ ...mapping, endpoint: '/a{id}' }] }, 'mapping[0].endpoint'],
    ['no method', { mapping: [{ ...mapping, HTTPMethods: [] }] }, 'mapping[0].HTTPMethods'],
    ['a method', { mapping: [{ ...mapping, HTTPMethods: ['FETCH'] }] }, 'mapping[0].HTTPMethods[0]'],
    [
      'no password',
      { mapping: [{ ...mapping, security: { type: 'basic', username: 'u' } }] },
      'mapping[0].security.password',
    ],
    [
      'no attribute to wait for',
      { mapping: [{ ...mapping, response: { responseExpected: true } }] },
      'mapping[0].response.responseAttribute',
    ],
    ['an endless wait', { mapping: [{ ...mapping, response: { timeout: 0 } }] }, 'mapping[0].response.timeout'],
    [
      'an open placeholder',
      { mapping: [{ ...mapping, converter: { ...converter, timeseries: [{ key: 'a', value: '${a' }] } }] },
      'mapping[0].converter.timeseries[0].value',
    ],
    [
      'a regular expression',
      { requestsMapping: { attributeUpdates: [{ ...outgoing, attributeFilter: '(' }] } },
      'requestsMapping.attributeUpdates[0].attributeFilter',
    ],
    [
      'a header',
      { requestsMapping: { attributeUpdates: [{ ...outgoing, httpHeaders: { a: 'b\r\nc' } }] } },
      'requestsMapping.attributeUpdates[0].httpHeaders',
    ],
    [
      'a misspelt key',
      { requestsMapping: { attributeUpdates: [{ ...outgoing, timout: 5 }] } },
      'requestsMapping.attributeUpdates[0].timout',
    ],
  ])('%s', (_name, file, path) => {
    expect(mistakes(file).map((mistake) => mistake.split(': ', 1)[0])).toContain(path);
  });
});
