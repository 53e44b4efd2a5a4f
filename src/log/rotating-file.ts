import {
  closeSync,
  existsSync,
  fstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { reasonOf } from '../model/errors.js';

/** A log file and when it makes way for a new one. */
export interface FilePlan {
  /** Absolute. */
  readonly path: string;
  /** A line that would make the file larger goes into a new one. */
  readonly maxBytes: number;
  /** A new file each period, counted from the epoch, so that a restart changes nothing. */
  readonly periodMs?: number;
  /** How many old files are kept. They are called `<name>.<time>`. */
  readonly backups: number;
}

interface Open {
  readonly fd: number;
  bytes: number;
  period: number;
}

const RETRY_MS = 60_000;
const stamped = /^\.\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d-\d{3}Z$/;

const prune = (path: string, backups: number): void => {
  const name = basename(path);
  const old = readdirSync(dirname(path)).filter(
    (file) => file.startsWith(name) && stamped.test(file.slice(name.length)),
  );
  // The names sort by time.
  const few = old.length - backups;
  if (few > 0) for (const file of old.sort().slice(0, few)) rmSync(join(dirname(path), file), { force: true });
};

/**
 * Writes lines to a file that is replaced as planned.
 *
 * Promises: a line is with the operating system when the call returns, so that nothing waits in memory and an exit loses none; never throws:
 * what cannot be written is said to `failed` and dropped, and the file is tried again after a minute. The file has mode 0640, a folder that is made for it 0750: a
 * group may be let read the log.
 */
export const rotatingFile = (
  { path, maxBytes, periodMs, backups }: FilePlan,
  failed: (text: string) => void,
  now: () => number = Date.now,
): ((line: string) => void) => {
  let open: Open | undefined;
  let broken = -Infinity;
  let stamp = 0;
  /** A disk that was full took the beginning of a line. */
  let torn = false;
  const nameAt = (ms: number): string => `${path}.${new Date(ms).toISOString().replace(/[:.]/g, '-')}`;
  const periodAt = (ms: number): number => (periodMs === undefined ? 0 : Math.floor(ms / periodMs));
  const start = (): Open => {
    mkdirSync(dirname(path), { recursive: true, mode: 0o750 });
    const fd = openSync(path, 'a', 0o640);
    const { size, mtimeMs } = fstatSync(fd);
    return { fd, bytes: size, period: periodAt(size > 0 ? mtimeMs : now()) };
  };
  const close = (): void => {
    if (open) closeSync(open.fd);
    open = undefined;
  };
  const roll = (): void => {
    close();
    // Two in one millisecond still have names in their order.
    stamp = Math.max(now(), stamp + 1);
    while (existsSync(nameAt(stamp))) stamp += 1;
    renameSync(path, nameAt(stamp));
    prune(path, backups);
  };
  return (line) => {
    if (now() - broken < RETRY_MS) return;
    const text = `${torn ? '\n' : ''}${line}\n`;
    const bytes = Buffer.byteLength(text);
    try {
      open ??= start();
      const due = open.bytes + bytes > maxBytes || open.period !== periodAt(now());
      if (due && open.bytes > 0) roll();
      open ??= start();
      // All of it: one call of the system may take only a part.
      writeFileSync(open.fd, text);
      open.bytes += bytes;
      torn = false;
      open.period = periodAt(now());
    } catch (error) {
      broken = now();
      failed(`the log file ${path} cannot be written: ${reasonOf(error)}`);
      try {
        torn ||= open !== undefined && fstatSync(open.fd).size > open.bytes;
        close();
      } catch {
        open = undefined;
      }
    }
  };
};
