import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { asyncScheduler, defer, map, of, throwError } from 'rxjs';
import type { Observable, SchedulerLike } from 'rxjs';
import type { Context } from '../../model/component.js';
import { FatalError, reasonOf } from '../../model/errors.js';
import { isObject } from '../../model/is-object.js';
import { selfSigned } from '../../model/self-signed.js';
import { askPlatform } from './ask-platform.js';
import type { ThingsBoardConfig } from './config.js';
import { credentialsFile } from './credentials-file.js';
import { credentialsNames } from './credentials-names.js';
import { LinkLost } from './link-lost.js';
import { parseJson } from './parse-json.js';
import { provisioned } from './provisioned.js';
import type { Provisioning } from './provisioning.js';
import type { Security } from './security.js';

export interface Provision {
  /** Where `.credentials` may stand, the first choice first. Default: the folder of the configuration. */
  readonly folders?: readonly string[];
  /** Asks the platform. Default: {@link askPlatform}. */
  readonly ask?: typeof askPlatform;
  readonly scheduler?: SchedulerLike;
}

const { stored: FILE, cert: CERT, key: KEY } = credentialsNames;
const LONGEST = 300;
/** The platform knows the device by the text of its certificate: ten years. */
const CERTIFICATE_DAYS = 3_650;
/** Characters of an answer: an identity and its certificate have few. What is stored is read again up to 64 KiB, and six times as long at most. */
const LARGEST = 8_192;

const random = (): string => randomBytes(15).toString('base64url');
const given = (text: string | undefined): text is string => text !== undefined && text !== '';

/** The credentials that are wished for, in the platform's words. `certificate` is made when it is needed. */
const wishes = (config: Provisioning, certificate: () => string): Readonly<Record<string, string>> => {
  switch (config.type.toUpperCase()) {
    case 'MQTT_BASIC': {
      const username = given(config.username) ? config.username : given(config.client_id) ? undefined : random();
      const password = given(config.password) ? config.password : username === undefined ? undefined : random();
      return {
        credentialsType: 'MQTT_BASIC',
        ...(given(config.client_id) ? { clientId: config.client_id } : {}),
        ...(username === undefined ? {} : { username }),
        ...(password === undefined ? {} : { password }),
      };
    }
    case 'X509_CERTIFICATE':
      return { credentialsType: 'X509_CERTIFICATE', hash: certificate() };
    default:
      return {
        credentialsType: 'ACCESS_TOKEN',
        ...(given(config.access_token) ? { token: config.access_token } : {}),
      };
  }
};

/** The platform's refusal. With a key that it does not know nothing can come of another try; a name may become free, or be made known. */
const refusal = (status: unknown, reason: unknown, name: string | undefined): FatalError | LinkLost => {
  const why = typeof reason === 'string' && reason !== '' ? ` It says: ${reason.slice(0, LONGEST)}` : '';
  if (status === 'NOT_FOUND')
    return new FatalError(
      'PROVISIONING_REFUSED',
      `no device profile of the platform has this provisionDeviceKey and provisionDeviceSecret.${why}`,
    );
  if (status !== 'FAILURE') return new LinkLost('PROVISIONING_REFUSED', "the platform's answer holds no credentials");
  const whose = name === undefined ? 'this gateway' : `the device ${JSON.stringify(name)}`;
  return new LinkLost(
    'PROVISIONING_REFUSED',
    `the platform gives no credentials for ${whose}: it exists already, or is not known there before. ` +
      `Choose another deviceName, or delete or make that device.${why}`,
  );
};

/**
 * Makes the function that says with which credentials the next connection is made: those of the `security` section; else those stored in
 * `.credentials`; else it asks the platform for some, with the keys of the `provisioning` section, and stores them.
 *
 * Promises: what the platform answered is on disk, readable by its owner only, before it is used, and there is a place for it before the platform is
 * asked; what could not be stored is kept in memory and stored before anything else is done. A FatalError says that the keys are wrong, or that
 * there is no place; everything else that fails is a {@link LinkLost}, for another try. No secret is logged. Source: core.md §4.3; the
 * platform's MQTT contract, §8.
 */
export const provision = (
  config: ThingsBoardConfig,
  { folder: home, log }: Pick<Context, 'folder' | 'log'>,
  { folders = [home], ask = askPlatform, scheduler = asyncScheduler }: Provision = {},
): (() => Observable<Security>) => {
  const { provisioning } = config;
  const file = credentialsFile(folders);
  const authority = provisioning?.caCert === undefined ? {} : { caCert: provisioning.caCert };
  let unsaved: { readonly folder: string; readonly text: string } | undefined;

  const understood = (folder: string, text: string): Security | undefined => {
    const security = provisioned(parseJson(text), (name) => join(folder, name));
    return security === undefined ? undefined : { ...security, ...authority };
  };
  const keep = (folder: string, name: string, text: string): void => {
    try {
      file.write(folder, name, text);
    } catch (error) {
      throw new LinkLost('STORAGE_FAILED', `the platform's credentials cannot be stored: ${reasonOf(error)}`);
    }
  };
  const save = (): void => {
    if (unsaved === undefined) return;
    keep(unsaved.folder, FILE, unsaved.text);
    log.info('the platform gave this gateway its credentials', { file: join(unsaved.folder, FILE) });
    unsaved = undefined;
  };
  const stored = (): Security | undefined => {
    const found = file.read();
    if (found === undefined) return undefined;
    const security = understood(found.folder, found.text);
    if (security !== undefined) return security;
    const path = join(found.folder, FILE);
    throw new FatalError('CONFIG_INVALID', `${path} holds no credentials: delete it, and new ones are asked for`);
  };
  /** Made once: should the answer be lost, the next try shows the same one. */
  const certificate = (folder: string): string => {
    const [cert, key] = [join(folder, CERT), join(folder, KEY)];
    if (!existsSync(cert) || !existsSync(key)) {
      const made = selfSigned(
        { name: provisioning?.deviceName ?? 'gateway', key: 'ec', days: CERTIFICATE_DAYS },
        scheduler.now(),
      );
      keep(folder, KEY, made.key);
      keep(folder, CERT, made.cert);
    }
    return readFileSync(cert, 'utf8');
  };
  const take = (folder: string, text: string): Security => {
    const answer = text.length > LARGEST ? undefined : parseJson(text);
    const { status, errorMsg } = isObject(answer) ? answer : {};
    const { deviceName } = provisioning ?? {};
    if (status !== 'SUCCESS' || !isObject(answer)) throw refusal(status, errorMsg, deviceName);
    const kept = answer.credentialsType === 'X509_CERTIFICATE' ? { ...answer, cert: CERT, privateKey: KEY } : answer;
    const security = understood(folder, JSON.stringify(kept));
    if (security === undefined) throw refusal(undefined, undefined, deviceName);
    unsaved = { folder, text: `${JSON.stringify(kept)}\n` };
    save();
    return security;
  };

  return () =>
    defer(() => {
      if (config.security !== undefined) return of(config.security);
      save();
      const known = stored();
      if (known !== undefined) return of(known);
      if (provisioning === undefined)
        return throwError(() => new FatalError('CONFIG_INVALID', 'there are no credentials for the platform'));
      const folder = file.place();
      const { provisionDeviceKey, provisionDeviceSecret, deviceName } = provisioning;
      const question = {
        provisionDeviceKey,
        provisionDeviceSecret,
        ...(given(deviceName) ? { deviceName } : {}),
        gateway: true,
        ...wishes(provisioning, () => certificate(folder)),
      };
      log.info('asking the platform for credentials');
      return ask(config, home, JSON.stringify(question), scheduler).pipe(map((text) => take(folder, text)));
    });
};
