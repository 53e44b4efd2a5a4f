import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';

/** A slave whose every byte is a test's own: `answer` is called with each chunk that comes, and the connection it came on. */
export const faultServer = async (answer: (chunk: Buffer, socket: Socket) => void) => {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
    socket.on('data', (chunk) => answer(chunk, socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    close: (): void => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
};
