import { describe, expect, it } from 'vitest';
import { FatalError } from '../../../../src/model/errors.js';
import {
  connectOptions,
  type BrokerOptions,
  type Security,
} from '../../../../src/sources/mqtt/connection/connect-options.js';
import { randomClientId } from '../../../../src/sources/mqtt/connection/random-client-id.js';

const broker: BrokerOptions & { readonly clientId: string } = {
  host: 'broker.example',
  port: 1883,
  clientId: 'gateway',
  version: 5,
  keepAlive: 60,
  cleanSession: true,
  cleanStart: false,
  sessionExpiryInterval: 7,
  security: { type: 'anonymous' },
  maxUnacknowledgedMessages: 5000,
  maxUnacknowledgedBytes: 1,
};
const read = (path: string): Buffer => Buffer.from(`content of ${path}`);
const secured = (security: Security) => connectOptions({ ...broker, security }, read);

describe('connectOptions', () => {
  it('speaks the version that is asked for', () => {
    expect(connectOptions(broker, read)).toMatchObject({
      protocolVersion: 5,
      protocolId: 'MQTT',
      clean: false,
      properties: { receiveMaximum: 5000, sessionExpiryInterval: 7 },
    });
    const older = connectOptions({ ...broker, version: 4 }, read);
    expect(older).toMatchObject({ protocolVersion: 4, protocolId: 'MQTT', clean: true });
    expect(older).not.toHaveProperty('properties');
    expect(connectOptions({ ...broker, version: 3 }, read)).toMatchObject({ protocolVersion: 3, protocolId: 'MQIsdp' });
  });

  it('leaves reconnecting to the stream, and gives CONNACK 10 s', () =>
    expect(connectOptions(broker, read)).toMatchObject({
      reconnectPeriod: 0,
      resubscribe: false,
      connectTimeout: 10_000,
    }));

  it('says Receive Maximum in two bytes', () => {
    const of = (maxUnacknowledgedMessages: number) =>
      connectOptions({ ...broker, maxUnacknowledgedMessages }, read).properties?.receiveMaximum;
    expect([of(0), of(1), of(65_535), of(1e9)]).toEqual([1, 1, 65_535, 65_535]);
  });

  it('sends a user name whatever the type, and no password without one', () => {
    expect(secured({ type: 'basic', username: 'u', password: 'p' })).toMatchObject({
      protocol: 'mqtt',
      username: 'u',
      password: 'p',
    });
    expect(secured({ type: 'anonymous', username: 'u' })).toMatchObject({ username: 'u' });
    expect(secured({ type: 'basic', password: 'p' })).not.toHaveProperty('password');
  });

  it('verifies the certificate of the broker', () => {
    expect(secured({ type: 'certificates' })).toMatchObject({ protocol: 'mqtts', rejectUnauthorized: true });
    const full = secured({
      type: 'certificates',
      pathToCACert: 'ca',
      pathToPrivateKey: 'key',
      pathToClientCert: 'crt',
    });
    expect(full).toMatchObject({ rejectUnauthorized: true, ca: read('ca'), key: read('key'), cert: read('crt') });
    expect(full).not.toHaveProperty('checkServerIdentity');
    expect(secured({ type: 'anonymous', caCert: 'ca' })).toMatchObject({ protocol: 'mqtts', ca: read('ca') });
  });

  it('gives up the host name with insecure, and the verification only where no authority is given', () => {
    const named = secured({ type: 'certificates', pathToCACert: 'ca', insecure: true });
    expect(named).toMatchObject({ rejectUnauthorized: true });
    expect(named).toHaveProperty('checkServerIdentity');
    expect(secured({ type: 'certificates', insecure: true })).toMatchObject({ rejectUnauthorized: false });
  });

  it('throws a FatalError that names the file that cannot be read', () =>
    expect(() =>
      connectOptions({ ...broker, security: { type: 'certificates', pathToCACert: 'ca.pem' } }, () => {
        throw new Error('ENOENT');
      }),
    ).toThrow(new FatalError('CONFIG_INVALID', 'cannot read ca.pem: ENOENT')));
});

describe('randomClientId', () => {
  it('is 23 lowercase letters, and another one each time', () => {
    expect(randomClientId()).toMatch(/^[a-z]{23}$/);
    expect(randomClientId()).not.toBe(randomClientId());
  });
});
