import { map } from 'rxjs';
import type { Log } from '../../model/component.js';
import { reasonOf } from '../../model/errors.js';
import type { LocalSlave } from './config/local-slave.js';
import { endpointOf } from './endpoint-of.js';
import { localAsSlave } from './local/local-as-slave.js';
import { localServer } from './local/local-server.js';
import { localWire } from './local-wire.js';
import { placedFiles } from './placed-files.js';
import { connect } from './wire/connect.js';
import type { Connect } from './wire/wire.js';

/**
 * How slaves are connected to. With a local slave that sends its data, connecting to that one is to serve: masters reach it while its connection stands, and
 * the connector reads its memory. Names of files, a temporary slave's too, start at `folder`.
 */
export const connectWith = (local: LocalSlave | undefined, folder: string, log: Log): Connect => {
  const remote: Connect = (endpoint, settings) => {
    const { tls } = settings;
    return connect(endpoint, tls === undefined ? settings : { ...settings, tls: placedFiles(tls, folder) });
  };
  if (local?.sendDataToThingsBoard !== true) return remote;
  const own = localAsSlave(local);
  const { name } = endpointOf(own, own.tls !== undefined);
  const { security } = local;
  const placed = security === undefined ? local : { ...local, security: placedFiles(security, folder) };
  const served = localServer(placed, (tag, error) =>
    log.warn('a value of the local slave cannot be', { tag, why: reasonOf(error) }),
  ).pipe(
    map(({ memory, port }) => {
      log.info('the local slave serves', { endpoint: name, port });
      return localWire(memory);
    }),
  );
  return (endpoint, settings) => (endpoint.name === name ? served : remote(endpoint, settings));
};
