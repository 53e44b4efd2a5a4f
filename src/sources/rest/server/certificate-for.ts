import { selfSigned } from '../../../model/self-signed.js';

/** A certificate and its private key, both PEM. */
export interface Pair {
  readonly cert: string | Buffer;
  readonly key: string | Buffer;
}

const DAYS = 365;

/** A certificate that a server signs itself: for the host, localhost and 127.0.0.1, for 365 days, with an RSA key. Source: rest.md, `server`. */
export const certificateFor = (host: string, now: number): ReturnType<typeof selfSigned> =>
  selfSigned({ name: host, key: 'rsa', days: DAYS, hosts: [host, 'localhost', '127.0.0.1'] }, now);
