import { firstValueFrom } from 'rxjs';
import { expect, it } from 'vitest';
import { connectWith } from '../../../src/sources/modbus/connect-with.js';
import { endpointOf } from '../../../src/sources/modbus/endpoint-of.js';
import { slaveWith } from './slave-with.js';

it('looks for certificates from the folder of the configuration on, also those of a slave that a call describes', async () => {
  const slave = slaveWith({ host: '127.0.0.1', port: 1, tls: { cafile: 'ca.pem', certfile: '/own/c.pem' } });
  const log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
  const connect = connectWith(undefined, '/no/such/folder', log);
  await expect(firstValueFrom(connect(endpointOf(slave, true), slave))).rejects.toThrow("'/no/such/folder/ca.pem'");
});
