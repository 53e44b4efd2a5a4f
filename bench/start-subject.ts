import { spawn } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Closing } from './closing.js';
import { compilePassThrough } from './compile-pass-through.js';
import { gatewayFolder, type Ports } from './gateway-folder.js';
import type { SubjectName } from './options.js';

/** Above the ten seconds in which the gateway promises to stop. */
const PATIENCE_MS = 11_000;
const daemon = fileURLToPath(new URL('../dist/main.js', import.meta.url));

/**
 * Starts the process under test; `within` closes it with SIGTERM, after 11 s with SIGKILL, and removes its files.
 */
export const startSubject = (name: SubjectName, ports: Ports, within: Closing, cpuProf?: string) => {
  const folder = name === 'pass-through' ? undefined : within.add(gatewayFolder(name, ports));
  const profiling = cpuProf === undefined ? [] : ['--cpu-prof', '--cpu-prof-dir', cpuProf];
  const args =
    folder === undefined
      ? [compilePassThrough(), String(ports.broker), String(ports.platform)]
      : [...profiling, daemon, '--config', folder.path];
  const startedAt = Date.now();
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'], cwd: folder?.path });
  let output = '';
  let closing = false;
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (bytes) => (output = (output + String(bytes)).slice(-8000)));

  const lastResort = (): void => void child.kill('SIGKILL');
  process.once('exit', lastResort);
  const exited = new Promise<void>((resolve) => {
    child.once('exit', () => {
      process.off('exit', lastResort);
      resolve();
    });
    child.once('error', (error) => {
      output += error.message;
      resolve();
    });
  });
  const died = exited.then(() => {
    if (!closing) throw new Error(`the ${name} process ended by itself:\n${output}`);
    return new Promise<never>(() => undefined);
  });
  died.catch(() => undefined);

  /** Messages that the gateway has taken in since it started, from its log; it is asked with SIGUSR2. */
  const received = async (): Promise<number> => {
    output = '';
    child.kill('SIGUSR2');
    const deadline = Date.now() + 10_000;
    while (Date.now() < deadline) {
      const [, n] = /"received":(\d+)[^\n]*\n/.exec(output) ?? [];
      if (n !== undefined) return Number(n);
      await pause(10);
    }
    throw new Error(`the gateway does not say its sums:\n${output}`);
  };

  return within.add({
    name,
    pid: child.pid!,
    startedAt,
    /** Rejects if the process ends before it is closed. */
    died,
    received,
    output: () => output,
    close: async (): Promise<void> => {
      closing = true;
      child.kill('SIGTERM');
      const killer = setTimeout(lastResort, PATIENCE_MS);
      await exited;
      clearTimeout(killer);
    },
  });
};

export type Subject = ReturnType<typeof startSubject>;
