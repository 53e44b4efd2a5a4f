import { asyncScheduler, NEVER, firstValueFrom } from 'rxjs';
import { expect, test } from 'vitest';
import { ConnectionError } from '../../../src/model/errors.js';
import { client } from '../../../src/sources/mqtt/client.js';
import type { BrokerOptions } from '../../../src/sources/mqtt/connection/connect-options.js';
import { unsettled } from '../../../src/sources/mqtt/connection/unsettled.js';

const nothing = (): void => undefined;

test('a certificate that is no certificate is a failed connection, to be made again, and no bug', async () => {
  const broker: BrokerOptions = {
    host: '127.0.0.1',
    port: 1,
    version: 5,
    keepAlive: 60,
    cleanSession: true,
    cleanStart: true,
    sessionExpiryInterval: 0,
    maxUnacknowledgedMessages: 10,
    maxUnacknowledgedBytes: 1_000,
    security: { type: 'certificates', pathToCACert: 'ca.pem', pathToClientCert: 'c.pem', pathToPrivateKey: 'k.pem' },
  };
  const connection = client(broker, [], {
    unsettled: unsettled({ messages: 10, bytes: 1_000 }),
    stop: NEVER,
    read: () => Buffer.from('half of a certi'),
    onConnected: nothing,
    onFilterRefused: nothing,
    onQosLowered: nothing,
    scheduler: asyncScheduler,
    onRefused: nothing,
  });
  await expect(firstValueFrom(connection)).rejects.toBeInstanceOf(ConnectionError);
});
