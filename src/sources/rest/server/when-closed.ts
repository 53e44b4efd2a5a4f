import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/**
 * Makes a function that calls back when a request's response is over, or its connection is closed. A response that waits for its turn behind another one on its connection
 * (pipelining) is told nothing when that closes, so the connection itself is listened to, once for all of its requests.
 *
 * Promises: exactly once for each call; at once where the connection has been closed.
 */
export const whenClosed = (): ((request: IncomingMessage, response: ServerResponse, then: () => void) => void) => {
  const bySocket = new WeakMap<Socket, Set<() => void>>();
  const waitingOf = (socket: Socket): Set<() => void> => {
    const known = bySocket.get(socket);
    if (known) return known;
    const waiting = new Set<() => void>();
    bySocket.set(socket, waiting);
    socket.once('close', () => {
      for (const over of waiting) over();
    });
    return waiting;
  };
  return ({ socket }, response, then) => {
    const waiting = waitingOf(socket);
    const over = (): void => {
      if (waiting.delete(over)) then();
    };
    waiting.add(over);
    if (socket.closed) over();
    else response.once('close', over);
  };
};
