import { readdirSync, readFileSync } from 'node:fs';

/** CPU seconds, user and system, of the threads of a process of Node. */
export interface Threads {
  readonly main: number;
  /** V8's helpers: they collect garbage and compile. */
  readonly v8: number;
  /** The pool in which SQLite and the file system work. */
  readonly pool: number;
}

const TICK_SECONDS = 0.01;
/** Node makes its threads in this order: the main one, one for V8's delayed tasks, four helpers, one for signals; the pool when it is needed. */
const FIRST_V8 = 1;
const LAST_V8 = 5;

const secondsOf = (pid: number, thread: string): number => {
  const stat = readFileSync(`/proc/${pid}/task/${thread}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * TICK_SECONDS;
};

/** What each kind of thread has used since the process began. Source: proc(5), task. The profiler's own thread is left out. */
export const threads = (pid: number): Threads => {
  const all = readdirSync(`/proc/${pid}/task`)
    .sort((a, b) => Number(a) - Number(b))
    .filter((thread) => !readFileSync(`/proc/${pid}/task/${thread}/comm`, 'utf8').startsWith('v8:Prof'))
    .map((thread) => secondsOf(pid, thread));
  const sum = (seconds: readonly number[]): number => seconds.reduce((a, b) => a + b, 0);
  return {
    main: all[0] ?? 0,
    v8: sum(all.slice(FIRST_V8, LAST_V8 + 1)),
    pool: sum(all.slice(LAST_V8 + 1)),
  };
};
