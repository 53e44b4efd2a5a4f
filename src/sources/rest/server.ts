import { createServer as plain } from 'node:http';
import type { Server } from 'node:http';
import { createServer as secure } from 'node:https';
import fastify from 'fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Observable } from 'rxjs';
import { ConnectionError, reasonOf } from '../../model/errors.js';
import type { Values } from '../../model/message.js';
import type { ServerOptions } from './config/server.js';
import { encodingMistake } from './server/encoding-mistake.js';
import type { Endpoint, Opened } from './server/endpoints.js';
import type { Answer, Exchange } from './server/exchange.js';
import { failedAnswer } from './server/failed-answer.js';
import { HttpError } from './server/http-error.js';
import { isMediaType } from './server/is-media-type.js';
import { multipart } from './server/multipart.js';
import { places } from './server/places.js';
import type { Place } from './server/places.js';
import type { Pair } from './server/certificate-for.js';
import { whenClosed } from './server/when-closed.js';

/** Where a server tells what happens, and how it is asked to end. */
export interface ServerHooks {
  /** It listens. */
  readonly onListening: (address: string) => void;
  /** A request was refused before anybody looked at its data. */
  readonly onRefused: (
    request: { readonly method: string; readonly path: string },
    status: number,
    why: string,
  ) => void;
  /** A body of so many bytes has come; an answer was sent. */
  readonly onReceived: (bytes: number) => void;
  readonly onSent: (bytes: number) => void;
  /** Its first value ends the intake. Replays it to whoever subscribes later. */
  readonly stop: Observable<unknown>;
}

/** Characters of a URL that a log line may quote. */
const QUOTED = 80;
/** Milliseconds between two looks at who is too slow. */
const CHECK_MS = 1_000;
const LONGEST_PARAMETER = 512;
/** What is wrong with a path that the router does not look at. */
const BAD_PATH = { 400: 'the path is not encoded as one', 414: 'a part of the path is too long' } as const;

/** Without the query: a secret may stand in it. */
const pathOf = ({ url }: FastifyRequest): string => (url.split('?', 1)[0] ?? '').slice(0, QUOTED);

const addressOf = (http: Server): string => {
  const address = http.address();
  if (address === null || typeof address === 'string') return String(address);
  return `${address.family === 'IPv6' ? `[${address.address}]` : address.address}:${address.port}`;
};

/** A request in work: it leaves its place when it is both answered and released. */
interface Seat<R> {
  readonly opened: Opened<R>;
  readonly place: NonNullable<Place>;
  open: number;
}

interface Refusal {
  readonly status: number;
  readonly why: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const leave = <R>(seat: Seat<R>): void => {
  seat.open -= 1;
  if (seat.open === 0) seat.place.leave();
};

const firsts = (query: unknown): Values =>
  Object.fromEntries(
    Object.entries(query as Readonly<Record<string, string | readonly string[]>>).map(([key, value]) => [
      key,
      typeof value === 'string' ? value : (value[0] ?? ''),
    ]),
  );

/**
 * The HTTP server: listens when it is subscribed to, and emits each request of a known path and method whose sender may send it.
 *
 * | the request | its answer |
 * |---|---|
 * | of a path that is not encoded as one, or has a part of more than 512 characters | 400, 414 |
 * | of an unknown path | 404 |
 * | with a method that its endpoint has not | 405, with `Allow` |
 * | without the right user and password | 401, with `WWW-Authenticate` |
 * | compressed, or in another charset than UTF-8 | 415 |
 * | with a body above `maxBodyBytes` | 413 |
 * | while `maxOpenRequests` or `maxOpenBytes` are open, or it is stopping | 503, with `Retry-After` |
 * | any other | what whoever receives it makes of it |
 *
 * A request is open until it is both answered (or its sender has gone) and released. `stop` ends the listening and closes idle connections; it completes once no
 * request is open. Errors with a {@link ConnectionError} where it cannot listen. Unsubscribing cuts all connections.
 */
export const server = <R>(
  options: ServerOptions,
  routes: readonly Endpoint<R>[],
  tls: Pair | undefined,
  { onListening, onRefused, onReceived, onSent, stop }: ServerHooks,
): Observable<Exchange<R>> =>
  new Observable((subscriber) => {
    const room = places({ requests: options.maxOpenRequests, bytes: options.maxOpenBytes });
    /** What was found out about a request at its head. */
    const seats = new WeakMap<FastifyRequest, Seat<R>>();
    const onceClosed = whenClosed();
    let closing = false;

    const answer = (reply: FastifyReply, { status, body, headers = {} }: Answer): void => {
      if (reply.sent || reply.raw.destroyed) return;
      const text = body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body);
      onSent(Buffer.byteLength(text));
      const type = typeof body === 'string' ? 'text/plain; charset=utf-8' : 'application/json; charset=utf-8';
      void reply
        .code(status)
        .headers({
          ...(body === undefined ? {} : { 'content-type': type }),
          ...(closing ? { connection: 'close' } : {}),
          ...headers,
        })
        .send(text);
    };
    const refuse = (request: FastifyRequest, reply: FastifyReply, { status, why, headers }: Refusal): void => {
      onRefused({ method: request.method, path: pathOf(request) }, status, why);
      const failure = failedAnswer(status, why);
      answer(reply, { ...failure, headers: { ...failure.headers, ...headers } });
    };

    const times = {
      headersTimeout: options.headersTimeout * 1_000,
      requestTimeout: options.requestTimeout * 1_000,
      keepAliveTimeout: options.keepAliveTimeout * 1_000,
      connectionsCheckingInterval: CHECK_MS,
    };
    const app = fastify({
      serverFactory: (handler) =>
        tls === undefined
          ? plain(times, handler)
          : secure({ ...times, ...tls, handshakeTimeout: times.headersTimeout }, handler),
      frameworkErrors: ({ statusCode: status = 400 }, request, reply) =>
        refuse(request, reply, { status, why: BAD_PATH[status === 414 ? 414 : 400] }),
      bodyLimit: options.maxBodyBytes,
      exposeHeadRoutes: false,
      routerOptions: { maxParamLength: LONGEST_PARAMETER },
    });
    const http = app.server;
    http.maxConnections = options.maxConnections;

    app.removeAllContentTypeParsers();
    app.addContentTypeParser<Buffer>('*', { parseAs: 'buffer' }, (request, body, done) => {
      const type = request.headers['content-type'] ?? '';
      if (/^multipart\/form-data\b/i.test(type)) multipart(body, type, done);
      else done(null, body);
    });
    app.setErrorHandler((error: { readonly statusCode?: number; readonly message: string }, request, reply) => {
      const status = error instanceof HttpError ? error.status : (error.statusCode ?? 500);
      refuse(request, reply, { status, why: status < 500 || error instanceof HttpError ? error.message : 'it failed' });
    });
    app.setNotFoundHandler((request, reply) =>
      refuse(request, reply, { status: 404, why: 'there is no such endpoint' }),
    );

    /** What the head of a request stands for, or why it is refused. */
    const looked = ({ methods }: Endpoint<R>, request: FastifyRequest): Seat<R> | Refusal => {
      const { method, headers } = request;
      if (closing) return { status: 503, why: 'the gateway is stopping' };
      const opened = methods.get(method);
      if (opened === undefined)
        return {
          status: 405,
          why: `the method ${method} is not allowed`,
          headers: { allow: [...methods.keys()].join(', ') },
        };
      if (!opened.isAllowed(headers.authorization))
        return {
          status: 401,
          why: 'user and password are wrong or missing',
          headers: { 'www-authenticate': 'Basic realm="gateway"' },
        };
      const mistake = encodingMistake(headers);
      if (mistake !== undefined) return { status: 415, why: mistake };
      // How much a chunked body will be, nobody says before its end.
      const said = headers['transfer-encoding'] === undefined ? Number(headers['content-length'] ?? 0) : Infinity;
      const place = room.take(Math.min(said, options.maxBodyBytes));
      if (place === undefined) return { status: 503, why: 'the gateway is busy' };
      return { opened, place, open: 1 };
    };
    const admit =
      (endpoint: Endpoint<R>) =>
      (request: FastifyRequest, reply: FastifyReply, done: () => void): void => {
        const seat = looked(endpoint, request);
        if ('why' in seat) {
          refuse(request, reply, seat);
          return;
        }
        // The body is then looked at by itself.
        if (!isMediaType(request.raw.headers['content-type'])) delete request.raw.headers['content-type'];
        seats.set(request, seat);
        onceClosed(request.raw, reply.raw, () => leave(seat));
        done();
      };
    const hand = (request: FastifyRequest, reply: FastifyReply): void => {
      const seat = seats.get(request)!;
      const { opened } = seat;
      seat.open += 1;
      const body = request.body as Buffer | Values | undefined;
      onReceived(Buffer.isBuffer(body) ? body.length : Number(request.headers['content-length'] ?? 0));
      subscriber.next({
        rule: opened.rule,
        received: {
          method: request.method,
          params: opened.named(request.params as Readonly<Record<string, string>>),
          query: firsts(request.query),
          contentType: request.headers['content-type'] ?? '',
          ...(body === undefined ? {} : { body }),
        },
        respond: (given) => answer(reply, given),
        onClosed: (then) => onceClosed(request.raw, reply.raw, then),
        release: () => leave(seat),
      });
    };
    for (const route of routes) app.all(route.url, { onRequest: admit(route), handler: hand });

    const failed = (error: unknown): void =>
      subscriber.error(
        new ConnectionError('CANNOT_LISTEN', `${options.host}:${options.port}: ${reasonOf(error)}`, { cause: error }),
      );
    // Listening by itself, for fastify would make a second server, out of reach, for a name with two addresses.
    http.on('error', failed);
    app.ready((error) => {
      if (error) failed(error);
      else if (!closing) http.listen({ host: options.host, port: options.port }, () => onListening(addressOf(http)));
    });
    const stopped = stop.subscribe(() => {
      closing = true;
      http.close();
      http.closeIdleConnections();
      room.whenEmpty(() => subscriber.complete());
    });
    return () => {
      closing = true;
      stopped.unsubscribe();
      http.close();
      http.closeAllConnections();
    };
  });
