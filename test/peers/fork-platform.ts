import { fork } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Command, Cpu, ForkOptions, ForkReport } from './platform/commands.js';

interface Answered {
  readonly port?: number;
  readonly id?: number;
  readonly result?: unknown;
  readonly error?: string;
}

const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
const program = fileURLToPath(new URL('./platform-process.ts', import.meta.url));

/**
 * Starts the platform endpoint as a process of its own and waits until it listens. It stores nothing; its ledger counts numbered
 * messages (see platform/ledger.ts). The process ends with `close()`, or with this one.
 */
export const forkPlatform = async (options: ForkOptions = {}) => {
  const child = fork(program, [JSON.stringify(options)], { execArgv: ['--import', tsx] });
  const pending = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>();
  let asked = 0;

  const exited = new Promise<void>((resolve) => {
    child.once('exit', (code, signal) => {
      for (const { reject } of pending.values())
        reject(new Error(`the platform process ended: ${code ?? signal ?? ''}`));
      pending.clear();
      resolve();
    });
  });
  const port = await new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => {
      reject(new Error(`the platform process ended before it listened: ${code ?? ''}`));
    });
    child.on('message', (message: Answered) => {
      if (message.port !== undefined) resolve(message.port);
      const waiting = message.id === undefined ? undefined : pending.get(message.id);
      if (waiting === undefined) return;
      pending.delete(message.id!);
      if (message.error === undefined) waiting.resolve(message.result);
      else waiting.reject(new Error(message.error));
    });
  });

  const command = (order: Command): Promise<unknown> =>
    new Promise((resolve, reject) => {
      if (!child.connected) {
        reject(new Error('the platform process is gone'));
        return;
      }
      asked += 1;
      pending.set(asked, { resolve, reject });
      child.send({ id: asked, command: order });
    });

  return {
    port,
    pid: child.pid!,
    command,
    report: () => command({ do: 'report' }) as Promise<ForkReport>,
    cpu: () => command({ do: 'cpu' }) as Promise<Cpu>,
    /** Resolves when so many different messages have come; rejects with the report at the deadline. */
    reached: (unique: number, deadlineMs = 60_000) => command({ do: 'reached', unique, deadlineMs }),
    /** Those of the (device, seq) pairs that have not come. */
    lacking: (of: readonly (readonly [string, number])[]) =>
      command({ do: 'lacking', of }) as Promise<(readonly [string, number])[]>,
    close: async (): Promise<void> => {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
      await exited;
    },
  };
};

export type ForkedPlatform = Awaited<ReturnType<typeof forkPlatform>>;
