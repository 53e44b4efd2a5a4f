import { createSocket } from 'node:dgram';
import { lookup } from 'node:dns';
import { Observable } from 'rxjs';
import { lineLost } from './line-lost.js';
import type { Line } from './line.js';

/**
 * UDP as a line. Only what the slave's own address and port send is heard. There is no connection that could be refused: it errors when the name is not
 * known, and when the slave's host says that nobody listens there.
 */
export const datagramLine = (host: string, port: number, name: string): Observable<Line> =>
  new Observable((subscriber) => {
    let close = (): void => undefined;
    const end = (error: unknown): void => subscriber.error(lineLost(name, error));
    lookup(host, (unknown, address, family) => {
      if (subscriber.closed) return;
      if (unknown !== null) {
        end(unknown);
        return;
      }
      const socket = createSocket(family === 6 ? 'udp6' : 'udp4');
      close = () => socket.close();
      socket.on('error', end);
      socket.connect(port, address, (failed?: Error) => {
        if (subscriber.closed) return;
        if (failed !== undefined) {
          end(failed);
          return;
        }
        subscriber.next({
          datagrams: true,
          send: (bytes) => {
            socket.send(bytes, (error) => {
              if (error !== null) end(error);
            });
          },
          listen: (take) => socket.on('message', take),
        });
      });
    });
    return () => close();
  });
