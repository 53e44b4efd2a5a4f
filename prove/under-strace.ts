import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import type { DaemonOptions } from '../test/daemon/daemon.js';

/** System calls that bring something to the disk. SQLite is built with one of the two kinds of flushing. */
export const FLUSHES = 'fsync,fdatasync';
export const WRITES = 'pwrite64';

const works = (): boolean =>
  spawnSync('strace', ['-D', '-f', '-o', '/dev/null', '-e', 'trace=fsync', 'true']).status === 0;
let found: boolean | undefined;

/** Why nothing can be traced here; undefined if it can. */
export const noStrace = (): string | undefined =>
  (found ??= works()) ? undefined : 'strace is not installed, or may not trace (Debian: apt-get install strace)';

/**
 * Runs a gateway under strace, which makes some of its system calls fail: `how` is `signal=KILL` or `error=EIO` and so on, `when` which calls, as
 * strace(1) says it. The tracer is a child of the gateway, so that the gateway's pid and exit are its own. One thread for SQLite makes the count one count.
 */
export const underStrace = (folder: string, calls: string, how: string, when: string): DaemonOptions => ({
  under: [
    'strace',
    '-D',
    '-f',
    '-o',
    join(folder, 'strace.log'),
    '-e',
    `trace=${calls}`,
    '-e',
    `inject=${calls}:${how}:when=${when}`,
  ],
  env: { UV_THREADPOOL_SIZE: '1' },
});
