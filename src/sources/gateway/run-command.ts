import { spawn } from 'node:child_process';
import { asyncScheduler, Observable } from 'rxjs';
import type { SchedulerLike } from 'rxjs';

export interface RunCommand {
  /** The program, then its arguments. No shell reads them. */
  readonly command: readonly string[];
  /** How long it may run, in ms. */
  readonly timeout: number;
  /** How much it may print, in bytes. Default 8192. */
  readonly most?: number;
  readonly scheduler?: SchedulerLike;
}

/** A command is no business of the credentials. */
const withoutSecrets = (env: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('TB_') && name !== 'accessToken'));

/**
 * Runs a command and emits what it printed, once, when it has ended well.
 *
 * Promises: no shell; its input is empty; it does not see the gateway's own variables; it errors with a text that says why if the command cannot be
 * started, fails, runs too long or prints too much; then, and when it is unsubscribed from, the command is killed together with whatever it started.
 */
export const runCommand = ({
  command: [program = '', ...rest],
  timeout,
  most = 8_192,
  scheduler = asyncScheduler,
}: RunCommand): Observable<string> =>
  new Observable<string>((out) => {
    const parts: Buffer[] = [];
    let bytes = 0;
    let isClosed = false;
    // A group of its own, so that its children can be reached.
    const child = spawn(program, rest, {
      detached: true,
      stdio: ['ignore', 'pipe', 'ignore'],
      env: withoutSecrets(process.env),
    });
    const fail = (why: string): void => out.error(new Error(why));
    const late = scheduler.schedule(() => fail(`it ran longer than ${timeout} ms`), timeout);
    child.stdout.on('data', (part: Buffer) => {
      bytes += part.length;
      if (bytes > most) fail(`it printed more than ${most} bytes`);
      else parts.push(part);
    });
    child.on('error', (error) => fail(error.message));
    child.on('close', (code, signal) => {
      isClosed = true;
      if (code !== 0) fail(`it ended with ${signal ?? `exit code ${code}`}`);
      else {
        out.next(Buffer.concat(parts).toString('utf8'));
        out.complete();
      }
    });
    out.add(() => {
      late.unsubscribe();
      child.stdout.destroy();
      // It may have ended, and what it started lives on and keeps the output open.
      if (child.pid === undefined || isClosed) return;
      try {
        process.kill(-child.pid, 'SIGKILL');
      } catch {
        // It has just ended.
      }
    });
  });
