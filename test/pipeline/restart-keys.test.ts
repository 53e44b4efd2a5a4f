import { expect, test } from 'vitest';
import { gatewayConfig } from '../../src/config.js';
import type { GatewayConfig } from '../../src/config.js';
import { decode } from '../../src/model/decode.js';
import { restartKeys } from '../../src/pipeline/restart-keys.js';

const configOf = (thingsboard: object = {}, more: object = {}): GatewayConfig =>
  decode(gatewayConfig, { thingsboard: { security: { accessToken: 'one' }, ...thingsboard }, ...more }).value!;

test.each<[string, GatewayConfig, readonly string[]]>([
  ['nothing', configOf(), []],
  ['a key', configOf({ host: 'h' }), ['thingsboard.host']],
  ['a secret', configOf({ security: { accessToken: 'two' } }), ['thingsboard.security.accessToken']],
  ['a section', configOf({ deviceFiltering: { enable: true } }), ['thingsboard.deviceFiltering']],
  ['two sections', configOf({ port: 1 }, { storage: { type: 'sqlite' } }), ['thingsboard.port', 'storage']],
  ['the connectors', configOf({}, { connectors: [{ name: 'a', type: 'mqtt', configuration: 'a' }] }), []],
  ['what is read when it is needed', configOf({ checkConnectorsConfigurationInSeconds: 1 }, { restart: 'exit' }), []],
])('%s', (_, now, keys) => {
  const found = restartKeys(configOf(), now);
  expect(
    found.map((key) => (key.startsWith('storage') ? 'storage' : key)).filter((k, i, all) => all.indexOf(k) === i),
  ).toEqual(keys);
  expect(JSON.stringify(found)).not.toContain('two');
});
