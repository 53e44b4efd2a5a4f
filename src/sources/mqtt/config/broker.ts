import * as t from 'io-ts';
import { defaulted, inert, optional, refine, required, section } from '../../../model/codec.js';
import { checked } from '../../../model/checked.js';
import { whole } from '../../../model/whole.js';

const text = refine(t.string, (value) => value !== '', 'a text');
const count = whole('a whole number', 1);

type Version = 3 | 4 | 5;
const isVersion = (input: unknown): input is Version => input === 3 || input === 4 || input === 5;
const version = new t.Type<Version, unknown>(
  '3, 4 or 5',
  isVersion,
  (input, context) => (isVersion(input) ? t.success(input) : t.failure(input, context)),
  t.identity,
);

const security = checked(
  section('the security of the connection', {
    type: defaulted(
      t.keyof({ anonymous: null, basic: null, certificates: null }),
      'anonymous',
      'How the gateway shows who it is; a `username` is sent whenever one is given.',
    ),
    username: optional(text, 'User name, for `basic`.'),
    password: optional(t.string, 'Password, for `basic`.'),
    pathToCACert: optional(
      text,
      'PEM file of the authority that signed the broker’s certificate; without one those that Node knows are asked. It switches TLS on.',
    ),
    pathToPrivateKey: optional(text, 'PEM file of the client’s private key, for `certificates`; it switches TLS on.'),
    pathToClientCert: optional(text, 'PEM file of the client’s certificate, for `certificates`; it switches TLS on.'),
    caCert: optional(text, 'Older name of `pathToCACert`; it switches TLS on.'),
    insecure: optional(
      t.boolean,
      'Does not compare the broker’s certificate with its host name; without a CA file it is not verified at all.',
    ),
  }),
  ({ type, username }) =>
    type === 'basic' && username === undefined
      ? [{ key: 'username', expected: 'a user name, as the type is basic' }]
      : [],
);

/** The device broker: where it is, how to log in, and how much of what it sends may be unacknowledged. */
export const broker = section('the broker', {
  host: required(text, 'Host name or address of the broker.'),
  port: defaulted(whole('a port', 1, 65_535), 1883, 'TCP port of the broker.'),
  clientId: optional(
    text,
    'MQTT client id; random when absent. The broker keeps messages while the gateway is away only for a fixed one.',
  ),
  version: defaulted(version, 5, 'MQTT version: 3 is 3.1, 4 is 3.1.1, 5 is 5.0.'),
  keepAlive: defaulted(whole('seconds', 0, 65_535), 60, 'Seconds of silence after which the connection is tested.'),
  cleanSession: defaulted(t.boolean, true, 'MQTT 3.1 and 3.1.1: the broker forgets the session at each connect.'),
  cleanStart: defaulted(t.boolean, true, 'MQTT 5: the broker forgets an earlier session at connect.'),
  sessionExpiryInterval: defaulted(
    whole('seconds', 0, 4_294_967_295),
    0,
    'MQTT 5: seconds that the broker keeps the session after the connection is lost.',
  ),
  maxUnacknowledgedMessages: defaulted(
    whole('a number of messages', 1, 65_535),
    500,
    'Messages, as they are after conversion, that may wait for the disk before the broker must pause.',
  ),
  maxUnacknowledgedBytes: defaulted(
    count,
    8 * 1024 * 1024,
    'Bytes that may wait for the disk before the broker must pause: of payloads, and of what they became in memory.',
  ),
  maxPayloadBytes: defaulted(
    count,
    4 * 1024 * 1024,
    'Bytes of the largest payload that is converted; a larger one is counted as failed, logged and acknowledged.',
  ),
  security: required(security, 'How the gateway logs in.'),
  name: optional(t.string, 'Used when the connector itself has no name.'),
  maxMessageNumberPerWorker: inert(optional(t.number, 'Conversion has no workers.')),
  maxNumberOfWorkers: inert(optional(t.number, 'Conversion has no workers.')),
  maxMessageQueue: inert(optional(t.number, 'Messages wait on disk.')),
  maxProcessingMessageQueue: inert(optional(t.number, 'Messages wait on disk.')),
  sendDataOnlyOnChange: inert(optional(t.boolean, 'Replaced by `reportStrategy`.')),
});
