import type { IClientOptions } from 'mqtt';
import { FatalError, reasonOf } from '../../../model/errors.js';

/** How to log in and whom to trust (mqtt.md, `security`). A user name counts whatever the type is. */
export interface Security {
  readonly type: 'anonymous' | 'basic' | 'certificates';
  readonly username?: string;
  readonly password?: string;
  readonly pathToCACert?: string;
  readonly caCert?: string;
  readonly pathToPrivateKey?: string;
  readonly pathToClientCert?: string;
  readonly insecure?: boolean;
}

/** What the wire needs of the `broker` section (mqtt.md). Times are in seconds. */
export interface BrokerOptions {
  readonly host: string;
  readonly port: number;
  /** Absent: random, and a session cannot outlast the process. */
  readonly clientId?: string;
  /** 3 is MQTT 3.1, 4 is 3.1.1, 5 is 5. */
  readonly version: 3 | 4 | 5;
  readonly keepAlive: number;
  readonly cleanSession: boolean;
  readonly cleanStart: boolean;
  readonly sessionExpiryInterval: number;
  readonly security: Security;
  readonly maxUnacknowledgedMessages: number;
  readonly maxUnacknowledgedBytes: number;
}

/** Receive Maximum is two bytes on the wire. */
const RECEIVE_MAXIMUM = 65_535;

const CONNECT_TIMEOUT_MS = 10_000;

const file = (read: (path: string) => Buffer, path: string): Buffer => {
  try {
    return read(path);
  } catch (error) {
    throw new FatalError('CONFIG_INVALID', `cannot read ${path}: ${reasonOf(error)}`, { cause: error });
  }
};

const credentials = ({ username, password }: Security): IClientOptions => ({
  ...(username === undefined ? {} : { username }),
  ...(username === undefined || password === undefined ? {} : { password }),
});

const tls = (security: Security, read: (path: string) => Buffer): IClientOptions => {
  const { type, pathToCACert, caCert, pathToPrivateKey, pathToClientCert, insecure = false } = security;
  const ca = pathToCACert ?? caCert;
  // Whoever names a certificate does not mean to be read by others, whatever the type says.
  const plain = [ca, pathToPrivateKey, pathToClientCert].every((path) => path === undefined);
  if (type !== 'certificates' && plain) return { protocol: 'mqtt' };
  return {
    protocol: 'mqtts',
    rejectUnauthorized: !insecure || ca !== undefined,
    ...(insecure ? { checkServerIdentity: () => undefined } : {}),
    ...(ca === undefined ? {} : { ca: file(read, ca) }),
    ...(pathToPrivateKey === undefined ? {} : { key: file(read, pathToPrivateKey) }),
    ...(pathToClientCert === undefined ? {} : { cert: file(read, pathToClientCert) }),
  };
};

/**
 * The `broker` section in mqtt.js's words. Its own reconnecting is off, so that reconnecting can be drawn; CONNACK may take 10 s.
 *
 * Promises: TLS with the type `certificates` or any certificate file, and never without TLS then; with TLS the broker's certificate is verified, against the given authority or else those Node knows. `insecure` gives
 * up the comparison of the host name and, where no authority is given, the verification. Files are read anew for every connection,
 * so that a renewed certificate is used; one that cannot be read is a {@link FatalError}.
 */
export const connectOptions = (
  broker: BrokerOptions & { readonly clientId: string },
  read: (path: string) => Buffer,
): IClientOptions => ({
  ...credentials(broker.security),
  ...tls(broker.security, read),
  host: broker.host,
  port: broker.port,
  clientId: broker.clientId,
  protocolVersion: broker.version,
  protocolId: broker.version === 3 ? 'MQIsdp' : 'MQTT',
  keepalive: broker.keepAlive,
  clean: broker.version === 5 ? broker.cleanStart : broker.cleanSession,
  reconnectPeriod: 0,
  // mqtt.js formats its debug lines before it asks whether anybody reads them.
  log: () => undefined,
  // The library's table of all packet ids is 65,536 buffers: 6 MB, looked through by every full garbage collection.
  writeCache: false,
  resubscribe: false,
  connectTimeout: CONNECT_TIMEOUT_MS,
  ...(broker.version === 5
    ? {
        properties: {
          receiveMaximum: Math.max(1, Math.min(RECEIVE_MAXIMUM, broker.maxUnacknowledgedMessages)),
          sessionExpiryInterval: broker.sessionExpiryInterval,
        },
      }
    : {}),
});
