import { resolve } from 'node:path';
import { map } from 'rxjs';
import type { Log } from '../../model/component.js';
import { reasonOf } from '../../model/errors.js';
import type { LocalSlave } from './config/local-slave.js';
import { endpointOf } from './endpoint-of.js';
import { localAsSlave } from './local/local-as-slave.js';
import { localServer } from './local/local-server.js';
import { localWire } from './local-wire.js';
import { connect } from './wire/connect.js';
import type { Connect } from './wire/wire.js';

const placed = (local: LocalSlave, folder: string): LocalSlave => {
  const { security } = local;
  if (security === undefined) return local;
  const files = (['certfile', 'keyfile'] as const).flatMap((key) => {
    const name = security[key];
    return name === undefined ? [] : [[key, resolve(folder, name)] as const];
  });
  return { ...local, security: { ...security, ...Object.fromEntries(files) } };
};

/**
 * How slaves are connected to. With a local slave that sends its data, connecting to that one is to serve: masters reach it while its connection stands, and
 * the connector reads its memory.
 */
export const connectWith = (local: LocalSlave | undefined, folder: string, log: Log): Connect => {
  if (local?.sendDataToThingsBoard !== true) return connect;
  const own = localAsSlave(local);
  const { name } = endpointOf(own, own.tls !== undefined);
  const served = localServer(placed(local, folder), (tag, error) =>
    log.warn('a value of the local slave cannot be', { tag, why: reasonOf(error) }),
  ).pipe(
    map(({ memory, port }) => {
      log.info('the local slave serves', { endpoint: name, port });
      return localWire(memory);
    }),
  );
  return (endpoint, settings) => (endpoint.name === name ? served : connect(endpoint, settings));
};
