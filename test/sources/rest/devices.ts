import { createServer } from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer as createSecure } from 'node:https';
import type { ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import { undone } from './running.js';

/** A request that a device got. */
export interface Got {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export type Answering = (got: Got, response: ServerResponse) => void;

/** An HTTP server of a device on a free port, that writes down what it gets. */
export const device = async (answering: Answering = (_got, response) => void response.end(), tls?: ServerOptions) => {
  const got: Got[] = [];
  const take = (request: IncomingMessage, response: ServerResponse): void => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      const one = { method, url, headers, body: Buffer.concat(parts).toString() };
      got.push(one);
      answering(one, response);
    });
  };
  const server: Server = tls === undefined ? createServer(take) : createSecure(tls, take);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  undone(server, (open) => {
    open.close();
    open.closeAllConnections();
  });
  const { port } = server.address() as AddressInfo;
  return { got, port, url: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}` };
};
