import * as t from 'io-ts';
import { checked } from '../../../model/checked.js';
import { defaulted, inert, optional, required, section } from '../../../model/codec.js';
import { timerSeconds } from '../../../model/timer-seconds.js';
import { httpHeaders } from './http-headers.js';
import { httpMethod } from './http-method.js';

const security = checked(
  section('how to log in', {
    type: defaulted(
      t.keyof({ anonymous: null, basic: null, cert: null }),
      'anonymous',
      'How the gateway shows who it is.',
    ),
    username: optional(t.string, 'The user, with `basic`.'),
    password: optional(t.string, 'The user’s password, with `basic`.'),
    cert: optional(t.string, 'File of the gateway’s certificate (PEM), with `cert`.'),
    key: optional(t.string, 'File of its private key (PEM); absent: it is in the file of the certificate.'),
  }),
  ({ type, username, cert }) => [
    ...(type === 'basic' && username === undefined ? [{ key: 'username', expected: 'a user name' }] : []),
    ...(type === 'cert' && cert === undefined ? [{ key: 'cert', expected: 'the name of a file' }] : []),
  ],
);

/** What every HTTP request to a device has. */
export const outgoingFields = {
  requestUrlExpression: required(
    t.string,
    'The URL: a text with placeholders, which are quoted as a URL wants it. Without `http` in front, `http://` is put there.',
  ),
  valueExpression: defaulted(
    t.string,
    '',
    'The body: a text with placeholders. In one that is JSON by itself they stay within its texts.',
  ),
  HTTPMethod: defaulted(httpMethod, 'GET', 'The method.'),
  httpHeaders: defaulted(httpHeaders, new Map<string, string>(), 'Headers, as an object or as JSON in a text.'),
  SSLVerify: defaulted(t.boolean, true, 'The server’s certificate is verified.'),
  allowRedirects: defaulted(t.boolean, false, 'Redirects are followed, five at most.'),
  timeout: defaulted(timerSeconds, 10, 'Seconds until the answer has come as a whole.'),
  security: defaulted(security, { type: 'anonymous' }, 'How the gateway shows who it is.'),
  responseTimeout: inert(optional(t.number, '`timeout` says it.')),
  tries: inert(optional(t.number, 'A request is sent once.')),
};

export type OutgoingSecurity = t.TypeOf<typeof security>;
