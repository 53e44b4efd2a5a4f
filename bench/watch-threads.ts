import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { threads } from './threads.js';

/** The system's monotonic clock, in microseconds: V8's profiles count in it. */
const now = (): number => Number(process.hrtime.bigint() / 1000n);

/** From now on until it is written down: what each kind of thread of a process has used, for bench/picture.ts. */
export const watchThreads = (pid: number) => {
  const [from, before] = [now(), threads(pid)];
  return {
    write: (file: string, messages: number): void => {
      const report = { messages, from, to: now(), before, after: threads(pid) };
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, JSON.stringify(report));
    },
  };
};
