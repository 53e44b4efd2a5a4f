import * as t from 'io-ts';
import { optional, pending, section } from '../../model/codec.js';
import type { Section, SectionOf } from '../../model/codec.js';
import { checked } from '../../model/checked.js';

const fields = {
  type: optional(
    t.string,
    'accessToken, tlsAccessToken, usernamePassword or x509Certificate; without it the members tell which it is.',
  ),
  accessToken: optional(t.string, "The gateway device's access token."),
  clientId: optional(t.string, 'MQTT client id, where the platform compares it.'),
  username: optional(t.string, 'User name of MQTT Basic credentials.'),
  password: optional(t.string, 'Password of MQTT Basic credentials.'),
  caCert: optional(
    t.string,
    'File with the authority that signed the platform certificate; without it, those that Node.js trusts.',
  ),
  privateKey: optional(t.string, "File with the private key of the gateway's certificate."),
  cert: optional(t.string, "File with the gateway's certificate."),
  tls: optional(t.boolean, 'Encrypt the connection, whatever the type and the port.'),
  insecure: optional(
    t.boolean,
    'Do not compare the host name with the certificate. The certificate itself is still verified.',
  ),
  checkCertPeriod: pending(optional(t.number, "Seconds between two looks at the certificate's end.")),
  certificateDaysLeft: pending(optional(t.number, 'Days before its end at which a certificate is reported.')),
};

/** How the gateway proves who it is. Source: the gateway core specification, §4.2. */
export type Security = SectionOf<typeof fields>;

export type SecurityKind = 'token' | 'basic' | 'x509';

/** The names that they have, here and in the incumbent's files, in lower case. */
const types: ReadonlyMap<string, SecurityKind> = new Map([
  ['accesstoken', 'token'],
  ['access_token', 'token'],
  ['tlsaccesstoken', 'token'],
  ['usernamepassword', 'basic'],
  ['mqtt_basic', 'basic'],
  ['x509', 'x509'],
  ['x509certificate', 'x509'],
  ['x509_certificate', 'x509'],
  ['tls + private key', 'x509'],
]);

/** Which of the three kinds of credentials these are; undefined if a member is missing. */
export const kindOf = ({
  type,
  accessToken,
  cert,
  privateKey,
  username,
  clientId,
}: Security): SecurityKind | undefined => {
  const token = accessToken !== undefined && accessToken !== '';
  const pair = cert !== undefined && privateKey !== undefined;
  const basic = username !== undefined || clientId !== undefined;
  const whole: Readonly<Record<SecurityKind, boolean>> = { token, x509: pair, basic };
  const kinds: readonly SecurityKind[] = ['token', 'x509', 'basic'];
  if (type === undefined) return kinds.find((kind) => whole[kind]);
  const named = types.get(type.toLowerCase());
  return named !== undefined && whole[named] ? named : undefined;
};

/** Codec of the `security` section. */
export const securityCodec: Section<typeof fields> = checked(section('security', fields), (security) => {
  if (security.type !== undefined && !types.has(security.type.toLowerCase()))
    return [{ key: 'type', expected: 'one of accessToken, tlsAccessToken, usernamePassword, x509Certificate' }];
  if (kindOf(security) === undefined && security.accessToken === '')
    return [{ key: 'accessToken', expected: "the gateway device's access token, which is not empty" }];
  return kindOf(security) === undefined
    ? [{ key: '', expected: 'credentials: accessToken, or username (clientId, password), or cert and privateKey' }]
    : [];
});
