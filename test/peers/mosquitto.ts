import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const binary = ['/usr/sbin/mosquitto', '/usr/bin/mosquitto', '/usr/local/sbin/mosquitto'].find((path) =>
  existsSync(path),
);

export interface MosquittoOptions {
  /** Default: any free port. */
  readonly port?: number;
  /** User names and passwords; absent: anonymous. */
  readonly users?: Readonly<Record<string, string>>;
  /** Default 0: unlimited. */
  readonly maxQueuedMessages?: number;
  /** Messages in flight per client; absent: the broker's own default (20); 0 is unlimited. */
  readonly maxInflightMessages?: number;
  /** Sessions and queued messages survive stop() and start(). Default false. */
  readonly persistence?: boolean;
  /** Further lines for mosquitto.conf. */
  readonly lines?: readonly string[];
}

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });

const reachable = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const settle = (answer: boolean): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', () => settle(true));
    socket.once('error', () => settle(false));
  });

const config = (dir: string, port: number, options: MosquittoOptions): string =>
  [
    `listener ${port} 127.0.0.1`,
    ...(process.getuid?.() === 0 ? ['user root'] : []),
    ...(options.users === undefined
      ? ['allow_anonymous true']
      : ['allow_anonymous false', `password_file ${join(dir, 'passwords')}`]),
    `max_queued_messages ${options.maxQueuedMessages ?? 0}`,
    ...(options.maxInflightMessages === undefined ? [] : [`max_inflight_messages ${options.maxInflightMessages}`]),
    `persistence ${options.persistence === true}`,
    `persistence_location ${dir}/`,
    'set_tcp_nodelay true',
    'log_dest stderr',
    'log_type error',
    'log_type warning',
    ...(options.lines ?? []),
    '',
  ].join('\n');

/** Whether Debian's mosquitto is installed. */
export const haveMosquitto = (): boolean => binary !== undefined;

/**
 * A real mosquitto on a loopback port, configured in a directory of its own under the system's temporary one. It keeps its port and
 * its directory over `stop()` and `start()`; `close()` removes them. Both start paths wait until it accepts connections (10 s at most).
 */
export const startMosquitto = async (options: MosquittoOptions = {}) => {
  if (binary === undefined) throw new Error('mosquitto is not installed');
  const dir = mkdtempSync(join(tmpdir(), 'mosquitto-'));
  const port = options.port ?? (await freePort());
  const file = join(dir, 'mosquitto.conf');
  writeFileSync(file, config(dir, port, options));
  const passwords = join(dir, 'passwords');
  if (options.users !== undefined) writeFileSync(passwords, '', { mode: 0o600 });
  for (const [user, password] of Object.entries(options.users ?? {}))
    execFileSync('mosquitto_passwd', ['-b', passwords, user, password], { stdio: 'pipe' });

  let child: ChildProcess | undefined;
  let errors = '';

  const start = async (): Promise<void> => {
    if (child !== undefined) return;
    const started = spawn(binary, ['-c', file], { stdio: ['ignore', 'ignore', 'pipe'] });
    child = started;
    started.stderr.on('data', (bytes) => (errors = (errors + String(bytes)).slice(-4000)));
    started.once('error', (error) => (errors += error.message));
    started.once('exit', () => (child = child === started ? undefined : child));
    const deadline = Date.now() + 10_000;
    while (!(await reachable(port))) {
      if (child !== started || Date.now() > deadline) throw new Error(`mosquitto did not start on ${port}: ${errors}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };

  const stop = async (signal: NodeJS.Signals = 'SIGTERM'): Promise<void> => {
    const running = child;
    if (running === undefined) return;
    const exited = new Promise((resolve) => running.once('exit', resolve));
    running.kill(signal);
    await exited;
  };

  await start();
  return {
    port,
    dir,
    url: `mqtt://127.0.0.1:${port}`,
    pid: () => child?.pid,
    errors: () => errors,
    start,
    stop,
    close: async (): Promise<void> => {
      await stop();
      rmSync(dir, { recursive: true, force: true });
    },
  };
};

export type Mosquitto = Awaited<ReturnType<typeof startMosquitto>>;
