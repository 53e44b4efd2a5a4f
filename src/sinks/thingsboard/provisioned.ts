import { isObject } from '../../model/is-object.js';
import type { Json } from '../../model/message.js';
import type { Security } from './security.js';

const textOf = (json: Json | undefined): string | undefined =>
  typeof json === 'string' && json !== '' ? json : undefined;

/** What the incumbent calls the files of credentials that are a certificate. */
const FILES = { cert: 'cert.pem', privateKey: 'key.pem' } as const;

/**
 * The security section that the platform's answer to a request for credentials comes to, or what is stored of it; undefined if it holds none.
 * `at` gives the path of a file that stands beside it. Source: the platform's MQTT contract, §8.
 */
export const provisioned = (answer: Json | undefined, at: (file: string) => string): Security | undefined => {
  if (!isObject(answer)) return undefined;
  const { credentialsType, credentialsValue: value } = answer;
  switch (credentialsType) {
    case 'ACCESS_TOKEN': {
      const accessToken = textOf(value);
      return accessToken === undefined ? undefined : { type: 'accessToken', accessToken };
    }
    case 'MQTT_BASIC': {
      if (!isObject(value)) return undefined;
      const [clientId, username, password] = [value.clientId, value.userName, value.password].map(textOf);
      if (clientId === undefined && username === undefined) return undefined;
      return {
        type: 'usernamePassword',
        ...(clientId === undefined ? {} : { clientId }),
        ...(username === undefined ? {} : { username }),
        ...(password === undefined ? {} : { password }),
      };
    }
    case 'X509_CERTIFICATE':
      return {
        type: 'x509Certificate',
        cert: at(textOf(answer.cert) ?? FILES.cert),
        privateKey: at(textOf(answer.privateKey) ?? FILES.privateKey),
      };
    default:
      return undefined;
  }
};
