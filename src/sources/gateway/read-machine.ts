import { statfsSync } from 'node:fs';
import { cpus, freemem, loadavg, totalmem } from 'node:os';

/** What the machine and this process take at one moment. Sizes are in bytes. */
export interface Reading {
  /** Mean number of tasks that wanted to run in the last 15 minutes. */
  readonly load: number;
  readonly cpus: number;
  readonly memory: number;
  readonly freeMemory: number;
  readonly disk: number;
  readonly usedDisk: number;
  /** What a process without privileges may still write. */
  readonly freeDisk: number;
  /** Time on all processors that this process has used so far, in ms. */
  readonly cpuTime: number;
  /** By kind. `rss` is what it takes of the machine's memory. */
  readonly process: Readonly<Record<string, number>> & { readonly rss: number };
}

/** The file system of the root; all nought where it cannot be asked. */
const disk = (): Pick<Reading, 'disk' | 'usedDisk' | 'freeDisk'> => {
  try {
    const { bsize, blocks, bfree, bavail } = statfsSync('/');
    return { disk: blocks * bsize, usedDisk: (blocks - bfree) * bsize, freeDisk: bavail * bsize };
  } catch {
    return { disk: 0, usedDisk: 0, freeDisk: 0 };
  }
};

/** Reads them. Costs well below a millisecond: for once a period. */
export const readMachine = (): Reading => {
  const { user, system } = process.cpuUsage();
  return {
    load: loadavg()[2] ?? 0,
    cpus: cpus().length,
    memory: totalmem(),
    freeMemory: freemem(),
    ...disk(),
    cpuTime: (user + system) / 1_000,
    process: { ...process.memoryUsage() },
  };
};
