import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { createSecureContext } from 'node:tls';
import { FatalError, reasonOf } from '../../../model/errors.js';
import type { ServerOptions } from '../config/server.js';
import { ownCertificate } from './own-certificate.js';
import type { Pair } from './certificate-for.js';

export interface CertificateOptions {
  /** Where relative names of the configuration start. */
  readonly folder: string;
  /** Where a certificate of its own is made. */
  readonly workingFolder: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** What the server shows its clients: undefined without `SSL`. Throws a {@link FatalError} where a file cannot be read or written, and where certificate and key do not belong together. */
export const certificate = (
  { SSL, security, host }: ServerOptions,
  { folder, workingFolder, now }: CertificateOptions,
): Pair | undefined => {
  if (!SSL) return undefined;
  const { cert, key } = security ?? {};
  try {
    const pair =
      cert === undefined || cert === ''
        ? ownCertificate(workingFolder, host, now)
        : { cert: readFileSync(resolve(folder, cert)), key: readFileSync(resolve(folder, key ?? cert)) };
    // The server would throw where nobody can tell why: for a key of another certificate, say.
    createSecureContext(pair);
    return pair;
  } catch (error) {
    throw new FatalError('CONFIG_INVALID', `the server's certificate: ${reasonOf(error)}`, { cause: error });
  }
};
