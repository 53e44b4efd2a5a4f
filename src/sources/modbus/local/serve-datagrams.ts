import { createSocket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import { Observable } from 'rxjs';
import { cannotServe } from './cannot-serve.js';
import { slaveBehind } from './slave-behind.js';
import type { Answering } from './slave-behind.js';

/** Bytes of answers that may wait to be sent. What would be more is not answered; a master asks again. */
const UNSENT = 262_144;

/** Serves masters over UDP while subscribed to: each datagram is a request of its own. Emits its port once it listens, errors when it cannot. */
export const serveDatagrams = (
  answering: Answering,
  { host, port, name }: { readonly host: string; readonly port: number; readonly name: string },
): Observable<number> =>
  new Observable((subscriber) => {
    const socket = createSocket(isIPv6(host) ? 'udp6' : 'udp4');
    let to = { address: '', port: 0 };
    const listener = slaveBehind(
      answering,
      (bytes) => {
        // An answer that does not reach its master is the master's affair: it asks again.
        if (socket.getSendQueueSize() < UNSENT) socket.send(bytes, to.port, to.address, () => undefined);
      },
      () => undefined,
    );
    socket.on('error', (error) => subscriber.error(cannotServe(name, error)));
    socket.on('message', (message, from) => {
      to = from;
      listener.clear();
      listener.take(message);
    });
    socket.bind(port, host, () => subscriber.next(socket.address().port));
    return () => socket.close();
  });
