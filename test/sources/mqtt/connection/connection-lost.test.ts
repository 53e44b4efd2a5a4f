import { expect, it } from 'vitest';
import { connectionLost } from '../../../../src/sources/mqtt/connection/connection-lost.js';

const coded = (message: string, code: unknown): Error => Object.assign(new Error(message), { code });

const table: readonly (readonly [unknown, boolean, string, string])[] = [
  [
    coded('Connection refused: Not authorized', 5),
    false,
    'CREDENTIALS_REFUSED',
    'b:1: the broker refused the credentials (reason 5: Not authorized)',
  ],
  [
    coded('Connection refused: Bad User Name or Password', 134),
    false,
    'CREDENTIALS_REFUSED',
    'b:1: the broker refused the credentials (reason 134: Bad User Name or Password)',
  ],
  [
    coded('Connection refused: Server busy', 137),
    false,
    'BROKER_REFUSED',
    'b:1: the broker refused the connection (reason 137: Server busy)',
  ],
  [coded('Receive Maximum exceeded', 147), true, 'BROKER_UNREACHABLE', 'b:1: Receive Maximum exceeded'],
  [
    coded('alert', 'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED'),
    true,
    'CREDENTIALS_REFUSED',
    "b:1: the broker refused the client's certificate (ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED)",
  ],
  [coded('alert', 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION'), false, 'BROKER_UNREACHABLE', 'b:1: alert'],
  [coded('certificate has expired', 'CERT_HAS_EXPIRED'), false, 'BROKER_UNREACHABLE', 'b:1: certificate has expired'],
  [coded('', 'ECONNREFUSED'), false, 'BROKER_UNREACHABLE', 'b:1: ECONNREFUSED'],
  [
    Object.assign(coded('80:error:0A00010B:SSL routines', 'ERR_SSL_WRONG_VERSION_NUMBER'), {
      reason: 'wrong version number',
    }),
    false,
    'BROKER_UNREACHABLE',
    'b:1: wrong version number',
  ],
  [
    undefined,
    false,
    'BROKER_UNREACHABLE',
    'b:1: the broker closed the connection without an answer: check TLS, the client certificate and the MQTT version',
  ],
  [
    coded('read ECONNRESET', 'ECONNRESET'),
    false,
    'BROKER_UNREACHABLE',
    'b:1: the broker closed the connection without an answer: check TLS, the client certificate and the MQTT version',
  ],
  [undefined, true, 'BROKER_UNREACHABLE', 'b:1: the connection was lost'],
  ['the broker left', true, 'BROKER_UNREACHABLE', 'b:1: the broker left'],
];

it.each(table)('%s, accepted %s, is %s: %s', (error, accepted, code, message) =>
  expect(connectionLost(error, { where: 'b:1', accepted })).toMatchObject({ code, message }),
);
