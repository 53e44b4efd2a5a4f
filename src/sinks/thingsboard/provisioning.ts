import * as t from 'io-ts';
import { defaulted, optional, refine, section } from '../../model/codec.js';
import type { SectionOf } from '../../model/codec.js';

const types: readonly string[] = ['ACCESS_TOKEN', 'MQTT_BASIC', 'X509_CERTIFICATE'];

const fields = {
  provisionDeviceKey: optional(t.string, 'Key of the device profile. Required.'),
  provisionDeviceSecret: optional(t.string, 'Secret of the device profile. Required.'),
  deviceName: optional(t.string, 'Name of the new device; without one the platform makes one up.'),
  type: defaulted(
    refine(t.string, (text) => types.includes(text.toUpperCase()), 'ACCESS_TOKEN, MQTT_BASIC or X509_CERTIFICATE'),
    'ACCESS_TOKEN',
    'Which kind of credentials to ask for. With X509_CERTIFICATE the gateway makes the key and the certificate itself.',
  ),
  access_token: optional(t.string, 'The token wanted; without one the platform makes one.'),
  client_id: optional(t.string, 'The client id wanted.'),
  username: optional(t.string, 'The user name wanted; without it and a client id a random one.'),
  password: optional(t.string, 'The password wanted; a random one for a user name without.'),
  caCert: optional(
    t.string,
    'File with the authority that signed the platform certificate, for this and all later connections.',
  ),
};

/** The `provisioning` section (core.md §4.3): what a gateway without credentials shows to get some. */
export const provisioning = section('provisioning', fields);

/** The `provisioning` section, decoded. */
export type Provisioning = SectionOf<typeof fields>;
