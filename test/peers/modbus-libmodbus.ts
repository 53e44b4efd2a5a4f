import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { modbusPeer } from './modbus-peer.js';
import type { ModbusPeer } from './modbus-peer.js';

const source = fileURLToPath(new URL('./modbus-libmodbus.c', import.meta.url));
let program: string | undefined;

const flags = (): readonly string[] =>
  String(execFileSync('pkg-config', ['--cflags', '--libs', 'libmodbus'], { stdio: 'pipe' }))
    .trim()
    .split(/\s+/);

/** Compiled once a process, in a directory of its own that goes with it. */
const compiled = (): string => {
  if (program !== undefined) return program;
  const dir = mkdtempSync(join(tmpdir(), 'libmodbus-'));
  process.once('exit', () => rmSync(dir, { recursive: true, force: true }));
  const made = join(dir, 'modbus-libmodbus');
  execFileSync('gcc', ['-O1', '-o', made, source, ...flags()], { stdio: 'pipe' });
  program = made;
  return made;
};

/** Whether gcc and libmodbus's headers are installed. */
export const haveLibmodbus = (): boolean =>
  spawnSync('gcc', ['--version']).status === 0 && spawnSync('pkg-config', ['--exists', 'libmodbus']).status === 0;

/** Where a libmodbus peer stands: any port of its own, or a serial device (19200 8N1). */
export type LibmodbusPlace = { readonly tcp: true } | { readonly device: string; readonly unit: number };

/** A slave of libmodbus: 2000 of each area, all 0. Over TCP it answers for every unit. */
export const startLibmodbus = (place: LibmodbusPlace = { tcp: true }): Promise<ModbusPeer> =>
  'tcp' in place
    ? modbusPeer(compiled(), ['server', 'tcp'])
    : modbusPeer(compiled(), ['server', 'rtu', place.device, '19200', String(place.unit)]);

/** A master of libmodbus. */
export const libmodbusMaster = (
  to: { readonly port: number; readonly unit: number } | { readonly device: string; readonly unit: number },
): Promise<ModbusPeer> =>
  'port' in to
    ? modbusPeer(compiled(), ['client', 'tcp', '127.0.0.1', String(to.port), String(to.unit)])
    : modbusPeer(compiled(), ['client', 'rtu', to.device, '19200', String(to.unit)]);
