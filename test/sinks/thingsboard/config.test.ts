import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { decode } from '../../../src/model/decode.js';
import { thingsBoardCodec } from '../../../src/sinks/thingsboard/config.js';
import { mqttOptions } from '../../../src/sinks/thingsboard/mqtt-options.js';
import { parseRates } from '../../../src/sinks/thingsboard/rates.js';
import { configOf } from './rig.js';

const folder = mkdtempSync(join(tmpdir(), 'config-'));
for (const name of ['ca', 'cert', 'key']) writeFileSync(join(folder, `${name}.pem`), name);
afterAll(() => rmSync(folder, { recursive: true }));

test.each([
  ['15:1,300:60', [15, 1, 300, 60]],
  ['15:1; 300:60', [15, 1, 300, 60]],
  ['0:0', []],
  ['', []],
  ['DEFAULT_TELEMETRY_RATE_LIMIT', [15, 1, 300, 60]],
  ['DEFAULT_MESSAGES_RATE_LIMIT', [15, 1, 300, 60]],
  ['DEFAULT_TELEMETRY_DP_RATE_LIMIT', []],
])('the rate limit %s', (text, expected) => {
  expect(parseRates(text)?.flatMap(({ n, seconds }) => [n, seconds])).toEqual(expected);
});

test.each(['fast', '15', '15:x', '-1:5', '1:2:3'])('%s is no rate limit', (text) => {
  expect(parseRates(text)).toBeUndefined();
});

describe('the thingsboard section', () => {
  test('has a default for everything but the credentials', () => {
    const { value, problems } = decode(thingsBoardCodec, {});
    expect(problems).toEqual([]);
    expect(value).toMatchObject({
      host: 'localhost',
      port: 1883,
      keep_alive: 120,
      qos: 1,
      mqttVersion: 5,
      maxPayloadSizeBytes: 8196,
      maxDevicesPerPublish: 1,
      maxInflightPublishes: 50,
      ackTimeoutSeconds: 30,
      deviceRateLimits: parseRates('15:1,300:60'),
      deviceDpRateLimits: [],
    });
  });

  test.each([
    [{ maxInflightPublishes: 100 }, 'maxInflightPublishes'],
    [{ mqttVersion: 3 }, 'mqttVersion'],
    [{ security: {} }, 'security'],
    [{ security: { type: 'accessToken' } }, 'security'],
    [{ security: { type: 'x509', cert: 'a' } }, 'security'],
    [{ rateLimits: 'fast' }, 'rateLimits'],
    [{ keep_alve: 60 }, 'keep_alve'],
  ])('%j is reported', (input, path) => {
    expect(decode(thingsBoardCodec, input).problems.map((problem) => problem.path)).toEqual([path]);
  });
});

describe('the security types', () => {
  const of = (security: Record<string, unknown>, more: Record<string, unknown> = {}) =>
    mqttOptions(configOf({ security, ...more }), folder);
  const file = (name: string): Buffer => Buffer.from(name);

  test('accessToken: the token is the user name, in plain text unless asked otherwise', () => {
    expect(of({ accessToken: 'T' })).toMatchObject({ protocol: 'mqtt', username: 'T' });
    expect(of({ accessToken: 'T' }, { tls: true }).protocol).toBe('mqtts');
    expect(of({ accessToken: 'T', tls: true }).protocol).toBe('mqtts');
    expect(of({ accessToken: 'T' }, { port: 8883 })).toMatchObject({ protocol: 'mqtts', rejectUnauthorized: true });
  });

  test('a client certificate is never presented with a token', () => {
    const options = of({
      type: 'tlsAccessToken',
      accessToken: 'T',
      caCert: 'ca.pem',
      cert: 'cert.pem',
      privateKey: 'key.pem',
    });
    expect(options).toMatchObject({ protocol: 'mqtts', username: 'T', ca: file('ca'), minVersion: 'TLSv1.2' });
    expect(options).not.toHaveProperty('cert');
    expect(options).not.toHaveProperty('key');
  });

  test('usernamePassword', () => {
    expect(of({ type: 'usernamePassword', clientId: 'c', username: 'u', password: 'p' })).toMatchObject({
      clientId: 'c',
      username: 'u',
      password: 'p',
    });
  });

  test.each(['x509', 'x509Certificate', 'TLS + private key', undefined])('x509 as %s', (type) => {
    const options = of({
      ...(type === undefined ? {} : { type }),
      caCert: 'ca.pem',
      cert: 'cert.pem',
      privateKey: 'key.pem',
    });
    expect(options).toMatchObject({ protocol: 'mqtts', ca: file('ca'), cert: file('cert'), key: file('key') });
    expect(options).not.toHaveProperty('username');
  });

  test('insecure skips the host name and nothing else', () => {
    const options = of({ accessToken: 'T', insecure: true }, { tls: true });
    expect(options.rejectUnauthorized).toBe(true);
    expect(options).toHaveProperty('checkServerIdentity');
  });

  test('without credentials it is fatal', () => {
    expect(() => mqttOptions(configOf({ security: null }), folder)).toThrow('no credentials');
  });
});
