import { fork } from 'node:child_process';
import type { Fact } from '../../src/model/fact.js';
import type { Sums } from '../../src/operators/tally.js';
import { waiting } from '../peers/platform/waiting.js';
import { freshDist } from './fresh-dist.js';

export interface DaemonOptions {
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** A program and its arguments that runs Node.js, such as a tracer which becomes it. */
  readonly under?: readonly [string, ...string[]];
}

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

const LAST_WORDS = 2_000;

/**
 * The real program as a process of its own: `node dist/main.js --config folder`, working in that folder. What it says (facts over IPC, text
 * on stdout and stderr) is written down; every wait has a deadline and rejects with the last of the output.
 */
export const startDaemon = (folder: string, { args = [], env = {}, under }: DaemonOptions = {}) => {
  const child = fork(freshDist(), ['--config', folder, ...args], {
    cwd: folder,
    silent: true,
    ...(under === undefined
      ? { execArgv: [] }
      : { execPath: under[0], execArgv: [...under.slice(1), process.execPath] }),
    env: { ...(process.env.PATH === undefined ? {} : { PATH: process.env.PATH }), ...env },
  });
  const facts: Fact[] = [];
  const answers: ((sums: Sums) => void)[] = [];
  let output = '';
  let ended: Ended | undefined;
  const { until: met, changed } = waiting(() => `ended: ${JSON.stringify(ended)}, said: ${output.slice(-LAST_WORDS)}`);
  const until = (predicate: () => boolean, deadlineMs = 20_000, what?: string): Promise<void> =>
    met(
      () => {
        if (predicate()) return true;
        if (ended !== undefined)
          throw new Error(`the daemon ended: ${JSON.stringify(ended)} ${output.slice(-LAST_WORDS)}`);
        return false;
      },
      deadlineMs,
      what ?? predicate.toString(),
    );

  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (bytes) => {
      output += String(bytes);
      changed();
    });
  child.on('message', (message: { fact?: Fact; sums?: Sums }) => {
    if (message.fact) facts.push(message.fact);
    if (message.sums) answers.shift()?.(message.sums);
    changed();
  });
  child.on('error', () => undefined);
  const exit = new Promise<Ended>((resolve) =>
    child.once('close', (code, signal) => {
      ended = { code, signal };
      changed();
      resolve(ended);
    }),
  );

  const ask = (): Promise<Sums> => {
    const answer = new Promise<Sums>((resolve) => answers.push(resolve));
    child.send({ sums: true });
    return answer;
  };

  return {
    pid: child.pid!,
    facts: facts as readonly Fact[],
    output: () => output,
    /** Undefined while it runs. */
    ended: () => ended,
    exit,
    until,
    /** Waits for a state of a component. */
    phase: (who: string, phase: string, deadlineMs?: number) =>
      until(
        () => facts.some((fact) => fact.kind === 'state' && fact.who === who && fact.phase === phase),
        deadlineMs,
        `${who} ${phase}`,
      ),
    /** Waits for an alert. */
    alert: (code: string, deadlineMs?: number) =>
      until(() => facts.some((fact) => fact.kind === 'alert' && fact.code === code), deadlineMs, `alert ${code}`),
    /** How often a counter was counted in this run. */
    counted: (counter: string): number =>
      facts.reduce((sum, fact) => sum + (fact.kind === 'count' && fact.counter === counter ? fact.n : 0), 0),
    /** The daemon's own sums, as soon as they are as wanted; asked again after each fact. */
    sums: async (wanted: (sums: Sums) => boolean = () => true, deadlineMs = 10_000): Promise<Sums> => {
      const deadline = Date.now() + deadlineMs;
      for (;;) {
        const seen = facts.length;
        const sums = await ask();
        if (wanted(sums)) return sums;
        const what = `sums such that ${wanted.toString()}, not ${JSON.stringify(sums)}`;
        await until(() => facts.length > seen, Math.max(0, deadline - Date.now()), what);
      }
    },
    signal: (signal: NodeJS.Signals): void => void child.kill(signal),
    /** kill -9, and waits until the process is gone. */
    kill: async (): Promise<void> => {
      child.kill('SIGKILL');
      await exit;
    },
    /** SIGTERM, and waits for the end. */
    terminate: async (): Promise<Ended> => {
      child.kill('SIGTERM');
      return exit;
    },
  };
};

export type Daemon = ReturnType<typeof startDaemon>;
