import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { askProbe } from './ask-probe.js';
import type { Closing } from './closing.js';
import { compile } from './compile.js';
import { gatewayFolder, type GatewayFolder, type Ports } from './gateway-folder.js';
import type { SubjectName } from './options.js';

/** Above the ten seconds in which the gateway promises to stop. */
const PATIENCE_MS = 11_000;
const daemon = fileURLToPath(new URL('../dist/main.js', import.meta.url));

export interface SubjectOptions {
  /** Where its CPU profile goes, as NAME-NUMBER.cpuprofile. Default: it is not profiled. */
  readonly cpuProf?: string | undefined;
  /** The gateway's folder, if there is one already; whoever made it removes it. Default: one is made. */
  readonly folder?: GatewayFolder;
  /** Whether the probe rides along. */
  readonly probed?: boolean;
  /** Default 1, as the gateway's own. */
  readonly devicesPerPublish?: number;
}

let profiles = 0;

/**
 * Starts the process under test; `within` closes it with SIGTERM, after 11 s with SIGKILL, and removes its files.
 */
export const startSubject = (
  name: SubjectName,
  ports: Ports,
  within: Closing,
  { cpuProf, folder: given, probed = false, devicesPerPublish }: SubjectOptions = {},
) => {
  const isGateway = name !== 'pass-through';
  const folder = given ?? (isGateway ? within.add(gatewayFolder(name, ports, { devicesPerPublish })) : undefined);
  const profile = `${name}-${process.pid}-${(profiles += 1)}`;
  const args = [
    ...(cpuProf === undefined
      ? []
      : ['--cpu-prof', '--cpu-prof-dir', cpuProf, '--cpu-prof-name', `${profile}.cpuprofile`]),
    ...(probed ? ['--import', pathToFileURL(compile('probe')).href] : []),
    ...(folder === undefined
      ? [compile('pass-through'), String(ports.broker), String(ports.platform)]
      : [daemon, '--config', folder.path]),
  ];
  const startedAt = Date.now();
  const child = spawn(process.execPath, args, {
    stdio: ['ignore', 'pipe', 'pipe', ...(probed ? ['pipe' as const] : [])],
    cwd: folder?.path,
  });
  let output = '';
  let closing = false;
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (bytes) => (output = (output + String(bytes)).slice(-8000)));

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
    /** The file, without its ending, if it is profiled: what else is known of the run stands beside it. */
    profile: cpuProf === undefined ? undefined : join(cpuProf, profile),
    /** Undefined if none rides along. */
    probe: probed ? askProbe(child.stdio[3] as Duplex) : undefined,
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
