import { readFileSync } from 'node:fs';
import type { TlsOptions } from 'node:tls';
import { defer, map } from 'rxjs';
import type { Observable } from 'rxjs';
import { FatalError } from '../../../model/errors.js';
import type { LocalSlave } from '../config/local-slave.js';
import { endpointOf } from '../endpoint-of.js';
import type { Endpoint } from '../endpoint-of.js';
import { framingOf } from '../wire/framing/framing-of.js';
import { initialMemory } from './initial-memory.js';
import type { Memory } from './initial-memory.js';
import { serveDatagrams } from './serve-datagrams.js';
import { serveSerial } from './serve-serial.js';
import { serveStreams } from './serve-streams.js';
import type { Answering } from './slave-behind.js';

/** The local slave, while masters can reach it. */
export interface Serving {
  readonly endpoint: Endpoint;
  /** The port it listens on; 0 on a serial line. */
  readonly port: number;
  /** What it holds: masters read and write it. */
  readonly memory: Memory;
}

/** A TLS handshake that takes longer is given up. */
const HANDSHAKE_MS = 10_000;

const tlsOf = ({ certfile, keyfile, password }: NonNullable<LocalSlave['security']>, name: string): TlsOptions => {
  if (certfile === undefined || keyfile === undefined)
    throw new FatalError('CONFIG_INVALID', `the local slave on ${name}: TLS needs a certfile and a keyfile`);
  return {
    cert: readFileSync(certfile),
    key: readFileSync(keyfile),
    handshakeTimeout: HANDSHAKE_MS,
    ...(password === undefined ? {} : { passphrase: password }),
  };
};

const serve = (local: LocalSlave, answering: Answering, endpoint: Endpoint): Observable<number> => {
  const { name } = endpoint;
  if (endpoint.kind === 'serial') return serveSerial(answering, { path: endpoint.path, name, settings: local });
  const { kind, host, port } = endpoint;
  if (kind === 'udp') return serveDatagrams(answering, { host, port, name });
  const tls = (): TlsOptions => tlsOf(local.security ?? {}, name);
  return serveStreams(answering, { host, port, name, ...(kind === 'tls' ? { tls } : {}) });
};

/**
 * The slave that the gateway itself is: masters read and write it while this is subscribed to (modbus.md, Local server).
 *
 * Promises: emits once when it serves; never completes; a ConnectionError when it cannot serve or no longer does, a FatalError when its configuration cannot
 * work. What masters wrote is kept when it is subscribed to again. At most 64 masters at a time over TCP and TLS. `trouble`: see {@link initialMemory}.
 */
export const localServer = (
  local: LocalSlave,
  trouble?: (tag: string, error: unknown) => void,
): Observable<Serving> => {
  const endpoint = endpointOf(local, local.security?.certfile !== undefined);
  const memory = initialMemory(local, trouble);
  const { unitId, identity = {} } = local;
  const answering: Answering = { framing: framingOf[local.method], unitId, memory, identity };
  return defer(() => serve(local, answering, endpoint)).pipe(map((port) => ({ endpoint, port, memory })));
};
