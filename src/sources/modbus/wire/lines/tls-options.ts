import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import type { ConnectionOptions } from 'node:tls';
import type { Slave } from '../../config/slave.js';

/**
 * The TLS of a connection. The files are read each time, so that a renewed certificate counts from the next connection on; throws if one cannot be read.
 *
 * Promises: the slave's certificate, its end and its name are verified, against `cafile` or else the authorities that Node knows, unless `insecure`.
 */
export const tlsOptions = (host: string, tls: Slave['tls']): ConnectionOptions => ({
  rejectUnauthorized: tls?.insecure !== true,
  ...(isIP(host) === 0 ? { servername: host } : {}),
  ...(tls?.cafile === undefined ? {} : { ca: readFileSync(tls.cafile) }),
  ...(tls?.certfile === undefined ? {} : { cert: readFileSync(tls.certfile) }),
  ...(tls?.keyfile === undefined ? {} : { key: readFileSync(tls.keyfile) }),
  ...(tls?.password === undefined ? {} : { passphrase: tls.password }),
});
