#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { setFlagsFromString } from 'node:v8';
import { ReplaySubject, Subject, map, tap } from 'rxjs';
import type { GatewayConfig } from './config.js';
import { ConfigInvalid } from './config/config-invalid.js';
import { mistakeLine } from './config/mistake-line.js';
import { createLog } from './log.js';
import { inLines } from './log/in-lines.js';
import { logFact } from './log/log-fact.js';
import { glance } from './main/glance.js';
import type { Sight } from './main/glance.js';
import { inspect } from './main/inspect.js';
import type { Inspection } from './main/inspect.js';
import { listen } from './main/listen.js';
import { onStray } from './main/on-stray.js';
import { readOptions } from './main/options.js';
import { plan } from './main/plan.js';
import type { Options } from './main/options.js';
import { reloading } from './main/reloading.js';
import { report } from './main/report.js';
import { reread } from './main/reread.js';
import { routed } from './main/routed.js';
import { watch } from './main/watch.js';
import { GatewayError, reasonOf } from './model/errors.js';
import type { ErrorCode } from './model/errors.js';
import type { Fact } from './model/fact.js';
import { add, balance, noFacts } from './operators/tally.js';
import { gateway } from './pipeline.js';
import { consoleSink } from './sinks/console/console.js';
import { writeTo } from './sinks/console/write-to.js';

/** A stop that takes longer is cut off: supervisors kill after ten seconds. */
const PATIENCE = 9_500;
const MISCONFIGURED = 2;
/** Ended in order, to be started again by whoever looks after it. Of sysexits.h: try again. */
const START_AGAIN = 75;
/** A supervisor that starts it again mends nothing. */
const misconfigured: ReadonlySet<string> = new Set(['CONFIG_INVALID', 'PROVISIONING_REFUSED'] satisfies ErrorCode[]);

const usage = `Usage: tributary [run] [options]
       tributary check [DIR] [options]
       tributary plan [DIR] [options]

Brings what devices measure to a ThingsBoard platform. Reads tb_gateway.json in the configuration folder.
check reads all of that folder, prints every mistake and warning, and starts nothing.
plan prints what is asked of each polled device, one by one and as planned, and asks nothing.

  --config DIR          the configuration folder (TB_GW_CONFIG_DIR, else ./config)
  --log-level LEVEL     error, warn, info, debug or none (TB_GW_LOG_LEVEL, else logs.json, else info)
  --log-format FORMAT   text or json (TB_GW_LOG_FORMAT, else text)
  --print               print the messages instead of sending them; the log then goes to stderr
  --version             print the version
  --help                print this

SIGTERM and SIGINT stop it: what is queued stays on disk. A second one stops it at once. SIGHUP reads the configuration
again: connectors that have changed start again, and the log says which. SIGUSR2 logs the sums.
Exit code: 0 stopped as asked, 1 failed, ${MISCONFIGURED} mistakes in the configuration or the options, ${START_AGAIN} wants to be started again.
Of check and plan: 0 right, 1 mistakes.`;

const version = (): string => {
  const file: unknown = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  return typeof file === 'object' && file !== null && 'version' in file ? String(file.version) : 'unknown';
};

const refuse = (text: string): never => {
  console.error(text);
  process.exit(MISCONFIGURED);
};

/** Says something to the parent process, if there is one and it is still there. */
const tell = (message: object): void => {
  if (process.connected) process.send?.(message, undefined, {}, () => undefined);
};

/** A configuration folder: how to look at its files, and what they were like before they were read. */
interface Files {
  readonly look: () => Sight;
  readonly since: Sight;
}

const run = (
  { folder, level, format, print }: Options,
  config: GatewayConfig,
  found: Inspection,
  files: Files,
): void => {
  const toStderr = { write: (line: string) => void process.stderr.write(`${line}\n`) };
  const { secrets, notices, logMistakes } = found;
  const levels = new Map(found.levels);
  const log = createLog({ ...routed({ ...found, levels }, level), format, secrets, ...(print ? toStderr : {}) });
  if (logMistakes.length > 0)
    log.warn('everything is logged to the console, for logs.json has mistakes', { list: logMistakes.map(mistakeLine) });
  notices.forEach((notice) => log.warn(notice));
  if (print) log.info('--print: nothing is sent and nothing is stored; what is printed is acknowledged to its device');
  log.info('starting', { version: version(), folder, pid: process.pid });

  const until = new ReplaySubject<void>(1);
  const say = logFact(log);
  let sums = noFacts;

  const leave = (code: number): void => {
    log.flush();
    const exit = (): void => process.exit(code);
    // A parent gets its last facts, but one that does not read holds nobody up.
    if (!process.connected || !process.send) exit();
    else {
      setTimeout(exit, 500);
      process.send({ exit: code }, exit);
    }
  };

  // What is printed is delivered: that must not be what waits on disk for the platform.
  const used = (read: GatewayConfig): GatewayConfig =>
    print ? { ...read, storage: { ...read.storage, type: 'memory' } } : read;
  const read = reread(folder, process.env, found).pipe(
    map((again) => {
      again.found.secrets.forEach(log.hide);
      again.news.forEach((notice) => log.warn(notice));
      return used(again.config);
    }),
  );

  let latest = config;
  const asked = new Subject<void>();
  const when = watch({
    ...files,
    asked,
    listen: (folders) => listen(folders, log),
    period: () => latest.thingsboard.checkConnectorsConfigurationInSeconds * 1_000,
  });
  const reload = reloading({ folder, env: process.env, when, notices, levels, log }).pipe(
    map(used),
    tap((again) => (latest = again)),
  );

  /** What the process ends with once the stream has completed. */
  let code = 0;
  const running = gateway(used(config), {
    log,
    folder,
    until,
    version: version(),
    reload,
    restart: { read, exit: () => end({ reason: 'gateway_restart' }, START_AGAIN) },
    ...(print ? { sink: consoleSink(writeTo(process.stdout)) } : {}),
  }).subscribe({
    next: (fact: Fact) => {
      sums = add(sums, fact);
      say(fact);
      tell({ fact });
    },
    error: (error: unknown) => {
      // A mistake of ours: the stack says where.
      const details =
        error instanceof GatewayError ? { code: error.code } : { stack: error instanceof Error ? error.stack : '' };
      const [text, list] = inLines(reasonOf(error));
      log.error(text, { ...list, ...details });
      leave(error instanceof GatewayError && misconfigured.has(error.code) ? MISCONFIGURED : 1);
    },
    complete: () => {
      // What was folded belongs before the last line.
      log.flush();
      log.info('stopped', { sums: { ...sums, balance: balance(sums) } });
      leave(code);
    },
  });

  let isEnding = false;
  const end = (why: Readonly<Record<string, string>>, then: number): void => {
    code = then;
    log.info('stopping', why);
    if (isEnding) return;
    isEnding = true;
    setTimeout(() => {
      running.unsubscribe();
      log.error('the stop took too long and was cut off; what is stored stays stored', { ms: PATIENCE });
      leave(code);
    }, PATIENCE).unref();
    until.next();
  };
  let isAsked = false;
  const stop = (signal: 'SIGTERM' | 'SIGINT'): void => {
    if (isAsked) {
      running.unsubscribe();
      log.warn('stopped at once', { signal });
      leave(128 + constants.signals[signal]);
      return;
    }
    isAsked = true;
    end({ signal }, 0);
  };
  process.on('SIGTERM', stop).on('SIGINT', stop);
  process.on('SIGHUP', () => {
    log.info('SIGHUP: the configuration is read again');
    asked.next();
  });
  process.on('SIGUSR2', () => log.info('sums', { ...sums, balance: balance(sums) }));
  process.on('message', (request: unknown) => {
    if (typeof request === 'object' && request !== null && 'sums' in request) tell({ sums });
  });
  process.removeAllListeners('uncaughtException').on(
    'uncaughtException',
    onStray(log, () => leave(1)),
  );
  // The reader of the log may go; the gateway stays.
  process.stdout.on('error', () => undefined);
  process.stderr.on('error', () => undefined);
};

const options = (): Options => {
  try {
    return readOptions(process.argv.slice(2), process.env);
  } catch (error) {
    return refuse(reasonOf(error));
  }
};

const main = async ({ command, folder, ...rest }: Options): Promise<void> => {
  if (command === 'help' || command === 'version') {
    console.log(command === 'help' ? usage : version());
    return;
  }
  // The user's own modules run from here on.
  process.on(
    'uncaughtException',
    onStray(console, () => process.exit(1)),
  );
  // Until it is heard: what was asked for is being read.
  if (command === 'run') process.on('SIGHUP', () => undefined);
  const look = glance(folder);
  const since = look();
  const found = await inspect(folder, process.env);
  if (command === 'check') {
    console.log(report(folder, found));
    process.exitCode = found.mistakes.length > 0 ? 1 : 0;
  } else if (command === 'plan') {
    const planned = await plan(folder, process.env);
    console.log(planned.text);
    process.exitCode = planned.complete ? 0 : 1;
  } else if (found.config === undefined) refuse(new ConfigInvalid(found.mistakes, folder).message);
  else run({ command, folder, ...rest }, found.config, found, { look, since });
};

// What lives long here is small, and what is in flight dies soon: V8's own pace would let the heap grow fourfold before it looks; this lets it triple.
setFlagsFromString('--heap-growing-percent=200');

await main(options());
