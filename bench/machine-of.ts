import { cpus, release, totalmem } from 'node:os';
import { fsyncTime } from './fsync-time.js';

/** What the figures of a run depend on. `fsyncMs` is measured now. */
export const machineOf = () => ({
  cpus: cpus().length,
  cpu: cpus()[0]?.model ?? '',
  memoryMb: Math.round(totalmem() / 2 ** 20),
  kernel: release(),
  node: process.version,
  fsyncMs: fsyncTime(),
});
