import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** What the devices can be told. */
export type Order =
  | {
      readonly do: 'send';
      readonly messages: number;
      /** How many devices take turns with them. Default 20. */
      readonly devices?: number;
      /** How many may be sent beyond those that `arrived` has told of. Default: any number. */
      readonly ahead?: number;
      /** Messages in a second. Default: as fast as the broker takes them. */
      readonly rate?: number;
    }
  | { readonly do: 'arrived'; readonly n: number };

const program = fileURLToPath(new URL('devices.ts', import.meta.url));

/** Starts the devices (devices.ts) and waits until all their connections stand, to the broker at this port. */
export const forkDevices = async (port: number) => {
  const child = fork(program, [String(port)], { execArgv: ['--import', 'tsx'] });
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  let settle: { readonly resolve: () => void; readonly reject: (error: Error) => void } | undefined;
  const next = (): Promise<void> => new Promise((resolve, reject) => (settle = { resolve, reject }));

  child.on('message', () => settle?.resolve());
  child.on('error', (error) => settle?.reject(error));
  child.once('exit', () => settle?.reject(new Error('the devices lost their broker')));
  const tell = (order: Order): void => void child.send(order, () => undefined);

  await next();
  return {
    /** Sends numbered messages, from 0 for each device; resolves when the broker has acknowledged all. One call at a time. */
    send: (messages: number, how: Omit<Extract<Order, { do: 'send' }>, 'do' | 'messages'> = {}): Promise<void> => {
      const done = next();
      // Whoever gave up waiting does not hear of the end.
      done.catch(() => undefined);
      tell({ do: 'send', messages, ...how });
      return done;
    },
    arrived: (n: number): void => tell({ do: 'arrived', n }),
    close: async (): Promise<void> => {
      child.kill('SIGKILL');
      await exited;
    },
  };
};

export type Devices = Awaited<ReturnType<typeof forkDevices>>;
