import * as t from 'io-ts';
import { defaulted, optional, section } from '../../model/codec.js';

/** The `provisioning` section (core.md §4.3): what a gateway without credentials would show to get some. */
export const provisioning = section('provisioning', {
  provisionDeviceKey: optional(t.string, 'Key of the device profile.'),
  provisionDeviceSecret: optional(t.string, 'Secret of the device profile.'),
  deviceName: optional(t.string, 'Name of the new device; random if absent.'),
  type: defaulted(t.string, 'ACCESS_TOKEN', 'ACCESS_TOKEN, MQTT_BASIC or X509_CERTIFICATE.'),
  access_token: optional(t.string, 'The token wanted.'),
  client_id: optional(t.string, 'The client id wanted.'),
  username: optional(t.string, 'The user name wanted.'),
  password: optional(t.string, 'The password wanted.'),
  caCert: optional(t.string, 'File with the authority that signed the platform certificate.'),
});
