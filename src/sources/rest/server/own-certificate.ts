import { X509Certificate } from 'node:crypto';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { certificateFor } from './certificate-for.js';
import type { Pair } from './certificate-for.js';

const ONLY_OWNER = 0o600;

const isFresh = (cert: Buffer, now: number): boolean => {
  try {
    return new Date(new X509Certificate(cert).validTo).getTime() > now;
  } catch {
    return false;
  }
};

/**
 * The certificate of a server that was given none: `domain_srv.crt` and `domain_srv.key` in the folder, made when they are not there. Source: rest.md, `server`.
 *
 * Promises: made once and then used again, over restarts, until it has expired (then a new one takes its place); only the owner may read the key.
 */
export const ownCertificate = (folder: string, host: string, now: number): Pair => {
  const [certFile, keyFile] = [join(folder, 'domain_srv.crt'), join(folder, 'domain_srv.key')];
  if (existsSync(certFile) && existsSync(keyFile)) {
    const cert = readFileSync(certFile);
    if (isFresh(cert, now)) return { cert, key: readFileSync(keyFile) };
  }
  const made = certificateFor(host, now);
  writeFileSync(keyFile, made.key, { mode: ONLY_OWNER });
  // The mode above is for a new file; this one may have been there.
  chmodSync(keyFile, ONLY_OWNER);
  writeFileSync(certFile, made.cert);
  return made;
};
