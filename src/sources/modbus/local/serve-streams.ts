import { createServer as createTcp } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { createServer as createTls } from 'node:tls';
import type { TlsOptions } from 'node:tls';
import { Observable } from 'rxjs';
import { cannotServe } from './cannot-serve.js';
import { slaveBehind } from './slave-behind.js';
import type { Answering } from './slave-behind.js';

/** Masters at one time. One more takes the place of the one that has been silent for the longest. */
const MOST_MASTERS = 64;
const KEEP_ALIVE_MS = 30_000;

interface Place {
  readonly host: string;
  readonly port: number;
  readonly name: string;
  /** TLS, read when it begins to serve. Absent: plain TCP. */
  readonly tls?: () => TlsOptions;
}

/** Serves masters over TCP or TLS while subscribed to: emits its port once it listens, errors when it cannot or no longer does. */
export const serveStreams = (answering: Answering, { host, port, name, tls }: Place): Observable<number> =>
  new Observable((subscriber) => {
    /** In the order in which they last asked something. */
    const masters = new Set<Socket>();

    const welcome = (socket: Socket): void => {
      masters.add(socket);
      const [silent] = masters;
      if (masters.size > MOST_MASTERS) silent?.destroy();
      socket.setNoDelay(true);
      socket.setKeepAlive(true, KEEP_ALIVE_MS);
      const listener = slaveBehind(
        answering,
        (bytes) => {
          socket.write(bytes);
        },
        () => socket.destroy(),
      );
      socket.on('data', (chunk) => {
        masters.delete(socket);
        masters.add(socket);
        listener.take(chunk);
        // A master that asks and does not read is not heard until it does.
        if (socket.writableNeedDrain) socket.pause();
      });
      socket.on('drain', () => socket.resume());
      // A master's connection is its own affair: it comes again.
      socket.on('error', () => undefined);
      socket.on('close', () => masters.delete(socket));
    };

    const end = (error: unknown): void => subscriber.error(cannotServe(name, error));
    let server: Server;
    try {
      server = tls === undefined ? createTcp(welcome) : createTls(tls(), welcome);
    } catch (error) {
      end(error);
      return undefined;
    }
    // Handshakes that do not end count as well.
    server.maxConnections = MOST_MASTERS * 2;
    server.on('error', end);
    server.listen({ host, port }, () => subscriber.next((server.address() as AddressInfo).port));
    return () => {
      server.close();
      for (const socket of masters) socket.destroy();
    };
  });
