import type { Accepted, Json, ProvisioningOptions } from './contract.js';
import { isObject } from './payload.js';
import type { JsonObject } from './payload.js';

export const provisionUser = 'provision';
export const provisionResponse = '/provision/response';
const request = '/provision/request';

/** What becomes of one publish of a session that asks for credentials. */
export interface Provisioned {
  readonly reply?: Json;
  /** DISCONNECT code, then the end. */
  readonly close?: number;
  /** What the new gateway must present from now on. */
  readonly accept?: Accepted;
}

const text = (json: Json | undefined): string | undefined => (typeof json === 'string' ? json : undefined);

const issued = (asked: JsonObject, made: string): { readonly value: Json; readonly accept: Accepted } | undefined => {
  switch (asked.credentialsType ?? 'ACCESS_TOKEN') {
    case 'ACCESS_TOKEN': {
      const accessToken = text(asked.token) ?? made;
      return { value: accessToken, accept: { accessToken } };
    }
    case 'MQTT_BASIC': {
      const clientId = text(asked.clientId);
      const [username, password] = [text(asked.username), text(asked.password)];
      const accept = {
        ...(clientId === undefined ? {} : { clientId }),
        ...(username === undefined ? {} : { username }),
        ...(password === undefined ? {} : { password }),
      };
      if (Object.keys(accept).length === 0) return undefined;
      return { value: { clientId: clientId ?? null, userName: username ?? null, password: password ?? null }, accept };
    }
    case 'X509_CERTIFICATE': {
      const pem = text(asked.hash);
      return pem === undefined ? undefined : { value: pem, accept: {} };
    }
    default:
      return undefined;
  }
};

/** The platform's side of provisioning. Source: the platform's MQTT contract, §8. */
export const provisioning = (options: ProvisioningOptions, violate: (text: string) => void) => {
  const names = new Set(options.taken ?? []);
  let made = 0;
  return (topic: string, payload: string): Provisioned => {
    if (topic !== request) return { close: 144 };
    let asked: Json;
    try {
      asked = JSON.parse(payload) as Json;
    } catch {
      return { close: 131 };
    }
    if (!isObject(asked) || !text(asked.provisionDeviceKey) || !text(asked.provisionDeviceSecret))
      return { close: 131 };
    options.asked?.push(asked);
    if (asked.gateway !== true) violate('provisioning without the gateway mark');
    if (asked.provisionDeviceKey !== options.key || asked.provisionDeviceSecret !== options.secret)
      return { reply: { status: 'NOT_FOUND', errorMsg: 'Provision data was not found!' } };
    made += 1;
    const name = text(asked.deviceName) ?? `made-up-${made}`;
    const credentials = issued(asked, `issued-token-${made}`);
    if (names.has(name) || credentials === undefined)
      return { reply: { status: 'FAILURE', errorMsg: 'Failed to provision device!' } };
    names.add(name);
    const { value, accept } = credentials;
    const credentialsType = asked.credentialsType ?? 'ACCESS_TOKEN';
    return { reply: { credentialsValue: value, credentialsType, status: 'SUCCESS' }, accept };
  };
};
