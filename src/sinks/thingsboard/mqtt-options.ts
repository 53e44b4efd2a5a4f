import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { FatalError, reasonOf } from '../../model/errors.js';
import type { ThingsBoardConfig } from './config.js';
import { kindOf } from './security.js';

/** What a connection needs, without a word about the library that makes it. */
export interface MqttOptions {
  readonly protocol: 'mqtt' | 'mqtts';
  readonly rejectUnauthorized: true;
  readonly minVersion: 'TLSv1.2';
  readonly clientId?: string;
  readonly username?: string;
  readonly password?: string;
  readonly ca?: Buffer;
  readonly cert?: Buffer;
  readonly key?: Buffer;
  readonly checkServerIdentity?: () => undefined;
}

const reader =
  (folder: string, section: string) =>
  (file: string, key: string): Buffer => {
    try {
      return readFileSync(resolve(folder, file));
    } catch (error) {
      throw new FatalError('CONFIG_INVALID', `thingsboard.${section}.${key}: cannot read ${file}: ${reasonOf(error)}`);
    }
  };

/**
 * Turns the configured security into connection options, reading certificates from files relative to `folder`.
 *
 * Promises: a client certificate is presented only with x509 credentials, because the platform would then not look at a token. With
 * TLS the certificate of the platform is always verified; `insecure` only skips the comparison of the host name. Nothing ever falls
 * back to plain text. Throws a FatalError that names the file which cannot be read, and the section of the configuration that names it.
 */
export const mqttOptions = (config: ThingsBoardConfig, folder: string, section = 'security'): MqttOptions => {
  const { security } = config;
  const read = reader(folder, section);
  const kind = security && kindOf(security);
  if (security === undefined || kind === undefined)
    throw new FatalError('CONFIG_INVALID', 'thingsboard.security: there are no credentials for the platform');
  const { accessToken, clientId, username, password, caCert, cert, privateKey } = security;
  const secure =
    config.tls ||
    security.tls === true ||
    config.port === 8883 ||
    kind === 'x509' ||
    caCert !== undefined ||
    security.type?.toLowerCase() === 'tlsaccesstoken';
  const skipHost = config.insecure || security.insecure === true;
  return {
    protocol: secure ? 'mqtts' : 'mqtt',
    rejectUnauthorized: true,
    minVersion: 'TLSv1.2',
    ...(kind === 'token' && accessToken !== undefined ? { username: accessToken } : {}),
    ...(kind === 'basic' && clientId !== undefined ? { clientId } : {}),
    ...(kind === 'basic' && username !== undefined ? { username } : {}),
    ...(kind === 'basic' && password !== undefined ? { password } : {}),
    ...(secure && caCert !== undefined ? { ca: read(caCert, 'caCert') } : {}),
    ...(kind === 'x509' && cert !== undefined ? { cert: read(cert, 'cert') } : {}),
    ...(kind === 'x509' && privateKey !== undefined ? { key: read(privateKey, 'privateKey') } : {}),
    ...(secure && skipHost ? { checkServerIdentity: () => undefined } : {}),
  };
};
