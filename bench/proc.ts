import { readFileSync, writeFileSync } from 'node:fs';

/** Linux says USER_HZ is 100 on every architecture that Node runs on. */
const TICK_SECONDS = 0.01;

const megabytes = (pid: number, key: string): number => {
  const [, kb] = new RegExp(`^${key}:\\s+(\\d+) kB$`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  if (kb === undefined) throw new Error(`process ${pid} has no ${key}`);
  return Number(kb) / 1024;
};

/** What Linux knows of a process and all its threads. Throws when it has ended. Sizes in MB (2^20 bytes). */
export const proc = (pid: number) => ({
  /** Seconds of CPU, user and system, since it began. Source: proc(5), stat, fields 14 and 15. */
  cpuSeconds: (): number => {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name, in parentheses, may hold blanks.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) * TICK_SECONDS;
  },
  rss: (): number => megabytes(pid, 'VmRSS'),
  peakRss: (): number => megabytes(pid, 'VmHWM'),
  /** From now on `peakRss` is the peak since now. Source: proc(5), clear_refs. */
  forgetPeak: (): void => writeFileSync(`/proc/${pid}/clear_refs`, '5'),
});
