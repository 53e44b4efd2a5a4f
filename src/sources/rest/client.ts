import { Agent as PlainAgent, request as plain } from 'node:http';
import type { ClientRequest, IncomingMessage } from 'node:http';
import { Agent as SecureAgent, request as secure } from 'node:https';
import { Observable } from 'rxjs';
import type { SchedulerLike } from 'rxjs';
import { reasonOf } from '../../model/errors.js';
import { RpcError } from '../../model/rpc-error.js';
import { encoded } from './commands/encoded.js';
import type { HttpCall } from './commands/http-call.js';
import { nextHop } from './commands/next-hop.js';
import type { Hop } from './commands/next-hop.js';

/** What a device's server has answered. */
export interface Response {
  readonly status: number;
  readonly reason: string;
  readonly body: Buffer;
}

export interface ClientOptions {
  /** Reads a certificate. */
  readonly read: (path: string) => Buffer;
  /** So many bytes were sent. */
  readonly onSent: (bytes: number) => void;
  readonly scheduler: SchedulerLike;
}

/** HTTP to devices. */
export interface Client {
  /** Sends when it is subscribed to, and emits the answer. */
  readonly send: (call: HttpCall) => Observable<Response>;
  /** Closes the connections that are kept for the next call. */
  readonly close: () => void;
}

/** Connections to one server at a time, and those kept without a call. */
const SOCKETS = 16;
const HOPS = 5;
const LARGEST_ANSWER = 1024 * 1024;

const keeping = { keepAlive: true, maxSockets: SOCKETS, maxFreeSockets: 4 } as const;

/** Nobody has taken the call, as against: nobody knows. */
const notTaken = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH']);

const failed = (error: NodeJS.ErrnoException, { url }: Hop): RpcError =>
  new RpcError(notTaken.has(error.code ?? '') ? 503 : 500, `${url.host}: ${reasonOf(error)}`, { cause: error });

/**
 * Sends HTTP requests, over connections that it keeps.
 *
 * Promises: an answer, or an RpcError: 408 where it has not come as a whole by the call's timeout, 503 where nobody could be reached, 500 for a connection that broke and an answer above
 * 1 MiB. The server's certificate is verified unless the call says otherwise. At most five redirects are followed, and only where the call allows it. A request is never sent twice. Unsubscribing
 * gives it up.
 */
export const client = ({ read, onSent, scheduler }: ClientOptions): Client => {
  const plainAgent = new PlainAgent(keeping);
  const secureAgents = new Map<string, SecureAgent>();
  /** A certificate shows who the gateway is: it is for the call's own host. */
  const agentOf = ({ verify, url, security: { type, cert, key } }: HttpCall, hop: Hop): SecureAgent => {
    const isOwn = type === 'cert' && hop.url.hostname === new URL(url).hostname;
    const files = isOwn && cert !== undefined ? { cert, key: key ?? cert } : undefined;
    const id = JSON.stringify([verify, files]);
    const known = secureAgents.get(id);
    if (known) return known;
    const identity = files === undefined ? {} : { cert: read(files.cert), key: read(files.key) };
    const agent = new SecureAgent({ ...keeping, rejectUnauthorized: verify, ...identity });
    secureAgents.set(id, agent);
    return agent;
  };

  const send = (call: HttpCall): Observable<Response> =>
    new Observable((subscriber) => {
      let current: ClientRequest | undefined;
      const fail = (error: Error): void => {
        subscriber.error(error);
        current?.destroy();
      };
      const deadline = scheduler.schedule(() => fail(new RpcError(408, 'Timeout')), call.timeout);
      const take = (hop: Hop, left: number, answer: IncomingMessage): void => {
        const status = answer.statusCode ?? 0;
        const next = call.redirects ? nextHop(hop, status, answer.headers.location) : undefined;
        if (next !== undefined) {
          answer.resume();
          if (left === 0) fail(new RpcError(500, `${hop.url.host}: more than ${HOPS} redirects`));
          else tried(() => go(next, left - 1));
          return;
        }
        const parts: Buffer[] = [];
        let bytes = 0;
        answer.on('data', (part: Buffer) => {
          bytes += part.length;
          if (bytes > LARGEST_ANSWER)
            fail(new RpcError(500, `${hop.url.host}: the answer is larger than ${LARGEST_ANSWER} bytes`));
          else parts.push(part);
        });
        answer.on('error', (error) => fail(failed(error, hop)));
        answer.on('end', () => {
          subscriber.next({ status, reason: answer.statusMessage ?? '', body: Buffer.concat(parts) });
          subscriber.complete();
        });
      };
      const tried = (send: () => void): void => {
        try {
          send();
        } catch (error) {
          fail(error instanceof RpcError ? error : new RpcError(500, reasonOf(error), { cause: error }));
        }
      };
      const go = (hop: Hop, left: number): void => {
        const isSecure = hop.url.protocol === 'https:';
        const options = { method: hop.method, headers: hop.headers, agent: isSecure ? agentOf(call, hop) : plainAgent };
        onSent(hop.body.length);
        current = (isSecure ? secure : plain)(hop.url, options, (answer) => take(hop, left, answer));
        current.on('error', (error) => fail(failed(error, hop)));
        current.end(hop.body);
      };
      tried(() => go({ url: new URL(call.url), method: call.method, ...encoded(call) }, HOPS));
      return () => {
        deadline.unsubscribe();
        current?.destroy();
      };
    });

  return {
    send,
    close: () => {
      plainAgent.destroy();
      for (const agent of secureAgents.values()) agent.destroy();
    },
  };
};
