import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { onTestFinished } from 'vitest';
import { waiting } from '../peers/platform/waiting.js';
import { example } from './run.js';

/** Starts an example that goes on until it is asked to stop. It is killed after the test, however that ended. */
export const start = (name: string, ...args: readonly string[]) => {
  const child = spawn(process.execPath, ['--import', 'tsx', example(name), ...args], {
    cwd: resolve(import.meta.dirname, '../..'),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let said = '';
  let ended = false;
  const { until, changed } = waiting(() => `it said: ${said}`);
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (bytes) => {
      said += String(bytes);
      changed();
    });
  const end = once(child, 'close').then(([code]) => {
    ended = true;
    changed();
    return code as number | null;
  });
  return {
    /** What it has printed so far, line by line. */
    lines: (): readonly string[] => said.trim().split('\n'),
    /** Waits for something that it prints or does; rejects with what it said if it ends instead, or after 40 s. */
    until: (what: string, test: () => boolean): Promise<void> =>
      until(
        () => {
          if (test()) return true;
          if (ended) throw new Error(`it ended, and said: ${said}`);
          return false;
        },
        40_000,
        what,
      ),
    /** SIGTERM; gives the exit code. */
    stop: (): Promise<number | null> => {
      child.kill('SIGTERM');
      return end;
    },
  };
};
