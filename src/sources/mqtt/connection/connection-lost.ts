import { ConnectionError, reasonOf } from '../../../model/errors.js';

/** How far a connection had come when it ended. */
export interface Ended {
  /** Host and port. */
  readonly where: string;
  /** Whether the broker had accepted it. */
  readonly accepted: boolean;
}

/** Bad client id, user name or password, or not authorized: 3.1 and 3.1.1 number them so, then 5. */
const credentials: ReadonlySet<number> = new Set([2, 4, 5, 133, 134, 135]);

/** What the broker's TLS says to a client's certificate that is missing, unknown, expired or revoked. */
const certificateAlert =
  /ALERT_(?:BAD_CERTIFICATE|CERTIFICATE_|UNSUPPORTED_CERTIFICATE|UNKNOWN_CA|ACCESS_DENIED|DECRYPT_ERROR)/;

const HINT =
  'the broker closed the connection without an answer: check TLS, the client certificate and the MQTT version';

/** OpenSSL's message is full of numbers, its reason is not; Node's error for a name with several addresses has no message. */
const textOf = (error: unknown, code: unknown): string =>
  error instanceof Error && 'reason' in error && String(code).startsWith('ERR_SSL_')
    ? String(error.reason)
    : reasonOf(error) || String(code);

/**
 * What the end of a connection means, with the reason in the broker's or the network's own words. No error: it was closed.
 *
 * | how it ended | code |
 * |---|---|
 * | CONNACK that refuses the client id, user, password or permission; a TLS alert about the client's certificate | `CREDENTIALS_REFUSED` |
 * | any other refusing CONNACK | `BROKER_REFUSED` |
 * | anything else | `BROKER_UNREACHABLE` |
 */
export const connectionLost = (error: unknown, { where, accepted }: Ended): ConnectionError => {
  const code: unknown = error instanceof Error && 'code' in error ? error.code : undefined;
  const text = textOf(error, code);
  const of = (kind: ConnectionError['code'], why: string): ConnectionError =>
    new ConnectionError(kind, `${where}: ${why}`, { cause: error });
  if (typeof code === 'number' && !accepted) {
    const why = `(reason ${code}: ${text.replace(/^Connection refused: /, '')})`;
    return credentials.has(code)
      ? of('CREDENTIALS_REFUSED', `the broker refused the credentials ${why}`)
      : of('BROKER_REFUSED', `the broker refused the connection ${why}`);
  }
  if (typeof code === 'string' && certificateAlert.test(code))
    return of('CREDENTIALS_REFUSED', `the broker refused the client's certificate (${code})`);
  if (error === undefined || code === 'ECONNRESET')
    return of('BROKER_UNREACHABLE', accepted ? 'the connection was lost' : HINT);
  return of('BROKER_UNREACHABLE', text);
};
