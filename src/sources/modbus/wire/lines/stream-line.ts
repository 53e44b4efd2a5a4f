import type { Socket } from 'node:net';
import { Observable } from 'rxjs';
import { ConnectionError } from '../../../../model/errors.js';
import { lineLost } from './line-lost.js';
import type { Line } from './line.js';

/** Bytes that the peer may leave unread. More is only written when it reads nothing, and requests have long got no answer. */
const UNREAD = 65_536;
const KEEP_ALIVE_MS = 30_000;

/** A connection over TCP or TLS as a line. Made on subscription, errors when it is lost, destroyed on teardown. `ready`: the event that says it stands. */
export const streamLine = (open: () => Socket, ready: 'connect' | 'secureConnect', name: string): Observable<Line> =>
  new Observable((subscriber) => {
    const socket = open();
    const end = (error: unknown): void => subscriber.error(lineLost(name, error));
    socket.setNoDelay(true);
    socket.setKeepAlive(true, KEEP_ALIVE_MS);
    socket.once(ready, () => {
      subscriber.next({
        datagrams: false,
        send: (bytes) => {
          socket.write(bytes);
          if (socket.writableLength > UNREAD)
            end(new ConnectionError('BROKER_UNREACHABLE', `${name}: the peer reads nothing`));
        },
        listen: (take) => socket.on('data', take),
      });
    });
    socket.on('error', end);
    socket.on('end', () => end(undefined));
    socket.on('close', () => end(undefined));
    return () => socket.destroy();
  });
