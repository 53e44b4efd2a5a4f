import { expect, test } from 'vitest';
import { isSecretKey, secretsOf, shortSecretsOf } from '../../src/model/secret.js';

test.each([
  ['accessToken', true],
  ['PASSWORD', true],
  ['provisionDeviceSecret', true],
  ['pathToPrivateKey', true],
  ['private_key', true],
  ['credentialsId', true],
  ['provisionDeviceKey', true],
  ['Authorization', true],
  ['apiKey', true],
  ['privateKeyPassphrase', true],
  ['username', false],
  ['key', false],
  ['host', false],
])('%s: %s', (key, secret) => {
  expect(isSecretKey(key)).toBe(secret);
});

test('every text under a secret key is found, but no file name and nothing as short as a word', () => {
  expect(
    secretsOf({
      a: [{ accessToken: 'token-1' }, { credentials: { any: ['token-2'] } }],
      password: 'abc',
      privateKey: 'key.pem',
      privateKeyPassword: 'token-3',
      token: 'token-1',
      user: 'someone',
      secret: 12345,
      secretNull: null,
    }),
  ).toEqual(['token-1', 'token-2', 'token-3']);
});

test('a secret too short to be hidden within texts is named by its path', () => {
  const json = {
    security: { accessToken: 'abc', password: 'abcd', privateKey: 'k' },
    list: [{ token: '' }, { token: 'x' }],
  };
  expect(shortSecretsOf(json)).toEqual(['security.accessToken', 'list[1].token']);
});
