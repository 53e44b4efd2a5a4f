import * as t from 'io-ts';
import { checked } from '../../../model/checked.js';
import { defaulted, optional, required, section } from '../../../model/codec.js';
import { timerSeconds } from '../../../model/timer-seconds.js';
import { whole } from '../../../model/whole.js';

const isPort = (value: unknown): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 65_535;

/** A number, or the text of one: the incumbent's samples have texts. */
const port = new t.Type<number, unknown, unknown>(
  'a port (0 to 65535; 0 is any that is free)',
  isPort,
  (input, context) => {
    const number = typeof input === 'string' && /^\d{1,5}$/.test(input.trim()) ? Number(input) : input;
    return isPort(number) ? t.success(number) : t.failure(input, context);
  },
  t.identity,
);

const count = whole('a whole number', 1);

const MEBIBYTE = 1024 * 1024;

/** Where the HTTP server listens, and what it lets in. */
export const server = checked(
  section('server', {
    host: required(t.string, 'The address to listen on; `0.0.0.0` is all of IPv4.'),
    port: defaulted(port, 5000, 'The port to listen on.'),
    SSL: defaulted(
      t.boolean,
      false,
      'Speak HTTPS. Without `security` a certificate of its own is made once, as `domain_srv.crt` and `domain_srv.key` in the working folder.',
    ),
    security: optional(
      section('the server’s certificate: {"cert", "key"}', {
        cert: optional(t.string, 'File of the certificate (PEM). Read only with `SSL`.'),
        key: optional(t.string, 'File of its private key (PEM).'),
      }),
      'The server’s certificate.',
    ),
    maxBodyBytes: defaulted(count, MEBIBYTE, 'Largest body; a larger one is answered 413.'),
    maxOpenRequests: defaulted(
      count,
      1_000,
      'Requests that may be unanswered or not yet on disk at a time; more are answered 503.',
    ),
    maxOpenBytes: defaulted(
      count,
      64 * MEBIBYTE,
      'Bytes that the bodies of these may have together; more are answered 503. One body always fits.',
    ),
    maxConnections: defaulted(count, 2_000, 'Connections that may be open at a time; more are closed at once.'),
    headersTimeout: defaulted(timerSeconds, 10, 'Seconds that a client has to send the head of a request.'),
    requestTimeout: defaulted(timerSeconds, 30, 'Seconds that a client has to send a whole request.'),
    keepAliveTimeout: defaulted(timerSeconds, 75, 'Seconds after which a connection without requests is closed.'),
    storageTimeout: defaulted(
      timerSeconds,
      30,
      'Seconds that a request waits for its data to be on disk; then it is answered 503, and is to be sent again.',
    ),
  }),
  ({ headersTimeout, requestTimeout }) =>
    headersTimeout > requestTimeout
      ? [{ key: 'headersTimeout', expected: `no more seconds than requestTimeout (${requestTimeout})` }]
      : [],
);

export type ServerOptions = t.TypeOf<typeof server>;
