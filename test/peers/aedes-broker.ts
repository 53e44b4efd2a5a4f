import { createServer, type AddressInfo, type Socket } from 'node:net';
import { Aedes, type AuthenticateError, type Client } from 'aedes';

const refusal = (): AuthenticateError => {
  const error: Error = Object.assign(new Error('bad user name or password'), { returnCode: 4 });
  return error as AuthenticateError;
};

export interface AedesBrokerOptions {
  /** Default 0: any free port. */
  readonly port?: number;
  /** User names and passwords; absent: anyone may connect. */
  readonly users?: Readonly<Record<string, string>>;
}

/**
 * An MQTT 3.1.1 device broker inside this process, from npm alone, on a loopback port. Sessions live in memory and outlast a client's
 * connection, not `close()`.
 */
export const startAedesBroker = async ({ port: wanted = 0, users }: AedesBrokerOptions = {}) => {
  const broker = await Aedes.createBroker({
    // An aedes default of 100 lets one slow subscriber hold up everyone.
    concurrency: 1000,
    authenticate: (_client, username, password, done) => {
      const ok =
        users === undefined ||
        (username !== undefined && Object.hasOwn(users, username) && users[username] === password?.toString('utf8'));
      if (ok) done(null, true);
      else done(refusal(), false);
    },
  });
  const clients = new Map<string, Client>();
  const sockets = new Set<Socket>();
  broker.on('clientReady', (client) => clients.set(client.id, client));
  broker.on('clientDisconnect', (client) => {
    if (clients.get(client.id) === client) clients.delete(client.id);
  });
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    broker.handle(socket);
  });
  const port = await new Promise<number>((resolve, reject) => {
    server.once('error', reject);
    server.listen(wanted, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });

  return {
    port,
    url: `mqtt://127.0.0.1:${port}`,
    clients: (): readonly string[] => [...clients.keys()],
    /** Ends the connection of one client, or of all. */
    kick: (clientId?: string): void => {
      for (const [id, client] of clients) if (clientId === undefined || clientId === id) client.conn.destroy();
    },
    publish: (topic: string, payload: string | Buffer, qos: 0 | 1 = 1): Promise<void> =>
      new Promise((resolve, reject) => {
        broker.publish({ cmd: 'publish', topic, payload, qos, dup: false, retain: false }, (error) => {
          if (error) reject(error);
          else resolve();
        });
      }),
    close: async (): Promise<void> => {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => broker.close(() => resolve()));
      await closed;
    },
  };
};

export type AedesBroker = Awaited<ReturnType<typeof startAedesBroker>>;
