import { describe, expect, test } from 'vitest';
import { environment } from '../../src/config/environment.js';
import { gatewayConfig } from '../../src/config/gateway-config.js';
import { overlay } from '../../src/config/overlay.js';
import { decode } from '../../src/model/decode.js';

const file = {
  thingsboard: { host: 'file.example', port: 8883, security: { type: 'accessToken', accessToken: 'of-the-file' } },
  storage: { type: 'memory' },
};

describe('the environment wins, member by member', () => {
  test.each<[string, Record<string, string>, unknown]>([
    ['nothing set', {}, file.thingsboard],
    ['an empty variable', { TB_GW_HOST: '' }, file.thingsboard],
    ['TB_GW_HOST', { TB_GW_HOST: 'tb' }, { ...file.thingsboard, host: 'tb' }],
    ['TB_GW_PORT', { TB_GW_PORT: '1884' }, { ...file.thingsboard, port: 1884 }],
    ['a port that is none', { TB_GW_PORT: '1884x' }, { ...file.thingsboard, port: '1884x' }],
    [
      'TB_GW_ACCESS_TOKEN',
      { TB_GW_ACCESS_TOKEN: 'of-env' },
      { ...file.thingsboard, security: { type: 'accessToken', accessToken: 'of-env' } },
    ],
    [
      'a user name, which the type of the file would not use',
      { TB_GW_USERNAME: 'u', TB_GW_PASSWORD: 'p' },
      {
        ...file.thingsboard,
        security: { type: 'usernamePassword', accessToken: 'of-the-file', username: 'u', password: 'p' },
      },
    ],
    [
      'a type beside the user name',
      { TB_GW_USERNAME: 'u', TB_GW_SECURITY_TYPE: 'x' },
      { ...file.thingsboard, security: { type: 'x', accessToken: 'of-the-file', username: 'u' } },
    ],
    [
      'TB_GW_RATE_LIMITS, and one of its four by itself',
      { TB_GW_RATE_LIMITS: '5:1', TB_GW_DEVICE_RATE_LIMITS: '7:1' },
      {
        ...file.thingsboard,
        rateLimits: '5:1',
        messagesRateLimits: '5:1',
        deviceRateLimits: '7:1',
        deviceMessagesRateLimits: '5:1',
      },
    ],
    ['a stray host and port', { host: 'elsewhere', port: '80' }, file.thingsboard],
    [
      'the three of the old Docker command, below the others',
      { host: 'old', port: '1885', accessToken: 'old-token', TB_GW_HOST: 'new' },
      { host: 'new', port: 1885, security: { type: 'accessToken', accessToken: 'old-token' } },
    ],
  ])('%s', (_, env, thingsboard) => {
    const before = JSON.stringify(file);
    expect(overlay(file, env).raw).toEqual({ ...file, thingsboard });
    expect(JSON.stringify(file)).toBe(before);
  });
});

test('a token makes way for itself where the file has a user name', () => {
  const raw = { thingsboard: { security: { type: 'usernamePassword', username: 'u' } } };
  expect(overlay(raw, { TB_GW_ACCESS_TOKEN: 't' }).raw).toEqual({
    thingsboard: { security: { type: 'accessToken', username: 'u', accessToken: 't' } },
  });
});

test.each<[string, object, Record<string, string>, string | undefined]>([
  ['a user name beside a token without a type', { accessToken: 't' }, { TB_GW_USERNAME: 'u' }, 'usernamePassword'],
  ['a password alone', { username: 'u' }, { TB_GW_PASSWORD: 'p' }, undefined],
  ['a token beside all', { type: 'x509' }, { TB_GW_ACCESS_TOKEN: 't', TB_GW_USERNAME: 'u' }, 'accessToken'],
  ['a certificate', { type: 'accessToken' }, { TB_GW_CERT: 'c', TB_GW_PRIVATE_KEY: 'k' }, 'x509Certificate'],
  ['a certificate', { accessToken: 't' }, { TB_GW_CERT: 'c', TB_GW_PRIVATE_KEY: 'k' }, 'x509Certificate'],
  ['half of one', { type: 'accessToken' }, { TB_GW_CERT: 'c' }, 'accessToken'],
  ['the right type', { type: 'TLS + private key' }, { TB_GW_CERT: 'c', TB_GW_PRIVATE_KEY: 'k' }, 'TLS + private key'],
])('a credential from the environment counts: %s beside %j', (_, security, env, type) => {
  const { raw } = overlay({ thingsboard: { security } }, env);
  expect((raw as { thingsboard: { security: { type?: string } } }).thingsboard.security.type).toBe(type);
});

test('sections that the file does not have are made', () => {
  expect(overlay({}, { TB_GW_ACCESS_TOKEN: 't' }).raw).toEqual({ thingsboard: { security: { accessToken: 't' } } });
});

test('what stands where a section should be is left for the report', () => {
  expect(overlay({ thingsboard: 7 }, { TB_GW_HOST: 'x' }).raw).toEqual({ thingsboard: 7 });
  expect(overlay([], { TB_GW_HOST: 'x' }).raw).toEqual([]);
});

test('each member knows its variable, and old names are said', () => {
  const { origins, notices } = overlay({}, { TB_GW_PORT: '1', accessToken: 'secret' });
  expect(origins.get('thingsboard.port')).toBe('TB_GW_PORT');
  expect(notices).toEqual([
    'The environment variable accessToken is read for old set-ups; say TB_GW_ACCESS_TOKEN instead.',
  ]);
});

test('every member that a variable sets is one that the main file may have', () => {
  for (const { name, paths, numeric } of environment) {
    const { raw } = overlay({}, { [name]: numeric ? '1' : '1:1' });
    const unread = decode(gatewayConfig, raw);
    expect([name, unread.unknown, unread.problems.filter(({ expected }) => expected === 'a known key')]).toEqual([
      name,
      [],
      [],
    ]);
    expect([name, paths.length > 0]).toEqual([name, !/CONFIG_DIR|LOGS_PATH|LOG_LEVEL|LOG_FORMAT/.test(name)]);
  }
  expect(new Set(environment.map(({ name }) => name)).size).toBe(environment.length);
});

test('what opened a debugger has no effect, and that is said', () => {
  expect(overlay({}, { TB_GW_DEV_MODE: '1' }).notices).toEqual(['TB_GW_DEV_MODE has no effect here.']);
});

test('a file with __proto__ reaches no prototype', () => {
  const raw: unknown = JSON.parse('{"__proto__": {"polluted": 1}, "thingsboard": {"__proto__": {"host": "evil"}}}');
  const result = overlay(raw, { TB_GW_PORT: '1' }).raw as { thingsboard: object };
  expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  expect(Object.hasOwn(result.thingsboard, '__proto__')).toBe(true);
  expect(Object.getPrototypeOf(result.thingsboard)).toBe(Object.prototype);
  expect(Object.getPrototypeOf(result)).toBe(Object.prototype);
});

describe('the keys of provisioning in the environment', () => {
  const env = { TB_GW_PROVISIONING_DEVICE_KEY: 'k', TB_GW_PROVISIONING_DEVICE_SECRET: 's' };
  const asked = { provisionDeviceKey: 'k', provisionDeviceSecret: 's' };

  test('beat every other credential, and leave the verification of the platform as it is', () => {
    const security = { type: 'tlsAccessToken', accessToken: 't', caCert: 'ca.pem', insecure: true };
    expect(overlay({ thingsboard: { host: 'tb', security } }, { ...env, TB_GW_ACCESS_TOKEN: 't2' }).raw).toEqual({
      thingsboard: { host: 'tb', tls: true, insecure: true, provisioning: { ...asked, caCert: 'ca.pem' } },
    });
  });

  test('one of them alone changes nothing else', () => {
    const security = { accessToken: 't' };
    expect(overlay({ thingsboard: { security } }, { TB_GW_PROVISIONING_DEVICE_KEY: 'k' }).raw).toEqual({
      thingsboard: { security, provisioning: { provisionDeviceKey: 'k' } },
    });
  });
});
