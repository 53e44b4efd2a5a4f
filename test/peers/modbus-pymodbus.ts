import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { modbusPeer } from './modbus-peer.js';
import type { ModbusPeer } from './modbus-peer.js';

const script = fileURLToPath(new URL('./modbus-pymodbus.py', import.meta.url));
const python = '/usr/bin/python3';

/** Whether Debian's python3-pymodbus is installed, in the version that the script is written for. */
export const havePymodbus = (): boolean =>
  spawnSync(python, ['-c', 'import sys, pymodbus; sys.exit(not str(pymodbus.__version__).startswith("3.0."))'])
    .status === 0;

/** How the peer is reached. */
export interface PymodbusPlace {
  readonly kind?: 'tcp' | 'udp' | 'tls' | 'serial';
  readonly framer?: 'socket' | 'rtu' | 'ascii';
  /** Default 1. */
  readonly unit?: number;
  /** PEM files of a TLS slave. */
  readonly certfile?: string;
  readonly keyfile?: string;
  /** Serial device, at 19200 8N1; or the port that a master connects to. */
  readonly port?: string | number;
}

const start = (role: 'server' | 'client', { kind = 'tcp', framer = 'socket', ...place }: PymodbusPlace) =>
  modbusPeer(python, [script, role, kind, framer, JSON.stringify({ host: '127.0.0.1', ...place })]);

/** A slave of pymodbus on a free port or a serial device: 2000 of each area, all 0. Other units get an exception, and none on a serial line. */
export const startPymodbus = (place: PymodbusPlace = {}): Promise<ModbusPeer> => start('server', place);

/** A master of pymodbus. It can `ask('identify')`, too. */
export const pymodbusMaster = (place: PymodbusPlace): Promise<ModbusPeer> => start('client', place);
