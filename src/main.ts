#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { ReplaySubject } from 'rxjs';
import { readConfig } from './config.js';
import type { ReadConfig } from './config.js';
import { ConfigInvalid } from './config/config-invalid.js';
import { createLog } from './log.js';
import { levelOf } from './log/level-of.js';
import type { Level } from './log/level-of.js';
import { logFact } from './log/log-fact.js';
import { GatewayError, reasonOf } from './model/errors.js';
import type { Fact } from './model/fact.js';
import { add, balance, noFacts } from './operators/tally.js';
import { gateway } from './pipeline.js';
import { consoleSink } from './sinks/console/console.js';
import { writeTo } from './sinks/console/write-to.js';

/** A stop that takes longer is cut off: supervisors kill after ten seconds. */
const PATIENCE = 9_500;
const MISCONFIGURED = 2;

const usage = `Usage: tributary [options]

Brings what devices measure to a ThingsBoard platform. Reads tb_gateway.json in the configuration folder.

  --config DIR          the configuration folder (TB_GW_CONFIG_DIR, else ./config)
  --log-level LEVEL     error, warn, info, debug or none (TB_GW_LOG_LEVEL, else info)
  --log-format FORMAT   text or json (TB_GW_LOG_FORMAT, else text)
  --print               print the messages instead of sending them; the log then goes to stderr
  --version             print the version
  --help                print this

SIGTERM and SIGINT stop it: what is queued stays on disk. A second one stops it at once. SIGUSR2 logs the sums.
Exit code: 0 stopped as asked, 1 failed, ${MISCONFIGURED} mistakes in the configuration or the options.`;

interface Options {
  readonly folder: string;
  readonly level: Level;
  readonly format: 'text' | 'json';
  readonly print: boolean;
}

const version = (): string => {
  const file: unknown = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  return typeof file === 'object' && file !== null && 'version' in file ? String(file.version) : 'unknown';
};

const refuse = (text: string): never => {
  console.error(text);
  process.exit(MISCONFIGURED);
};

const given = (variable: string): string | undefined => {
  const value = process.env[variable];
  return value === '' ? undefined : value;
};

const readOptions = (): Options => {
  const { values } = parseArgs({
    options: {
      config: { type: 'string' },
      'log-level': { type: 'string' },
      'log-format': { type: 'string' },
      print: { type: 'boolean', default: false },
      version: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help || values.version) {
    console.log(values.help ? usage : version());
    process.exit(0);
  }
  const format = values['log-format'] ?? given('TB_GW_LOG_FORMAT') ?? 'text';
  if (format !== 'text' && format !== 'json') throw new Error(`Unknown log format ${JSON.stringify(format)}.`);
  const named = values['log-level'] ?? given('TB_GW_LOG_LEVEL') ?? 'info';
  const level = levelOf(named);
  if (level === undefined) throw new Error(`Unknown log level ${JSON.stringify(named)}.`);
  return {
    folder: resolve(values.config ?? given('TB_GW_CONFIG_DIR') ?? './config'),
    level,
    format,
    print: values.print,
  };
};

/** Says something to the parent process, if there is one and it is still there. */
const tell = (message: object): void => {
  if (process.connected) process.send?.(message, undefined, {}, () => undefined);
};

const run = ({ folder, level, format, print }: Options, { config, notices, secrets }: ReadConfig): void => {
  const toStderr = { write: (line: string) => void process.stderr.write(`${line}\n`) };
  const log = createLog({ level, format, secrets, ...(print ? toStderr : {}) });
  notices.forEach((notice) => log.warn(notice));
  log.info('starting', { version: version(), folder, pid: process.pid });

  const until = new ReplaySubject<string>(1);
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
  const used = print ? { ...config, storage: { ...config.storage, type: 'memory' as const } } : config;
  const running = gateway(used, {
    log,
    folder,
    until,
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
      log.error(reasonOf(error), details);
      leave(error instanceof GatewayError && error.code === 'CONFIG_INVALID' ? MISCONFIGURED : 1);
    },
    complete: () => {
      log.info('stopped', { sums });
      leave(0);
    },
  });

  let asked = false;
  const stop = (signal: 'SIGTERM' | 'SIGINT'): void => {
    if (asked) {
      running.unsubscribe();
      log.warn('stopped at once', { signal });
      leave(128 + constants.signals[signal]);
      return;
    }
    asked = true;
    log.info('stopping', { signal });
    setTimeout(() => {
      running.unsubscribe();
      log.error('the stop took too long and was cut off; what is stored stays stored', { ms: PATIENCE });
      leave(0);
    }, PATIENCE).unref();
    until.next(signal);
  };
  process.on('SIGTERM', stop).on('SIGINT', stop);
  process.on('SIGUSR2', () => log.info('sums', { ...sums, balance: balance(sums) }));
  process.on('message', (request: unknown) => {
    if (typeof request === 'object' && request !== null && 'sums' in request) tell({ sums });
  });
  process.on('uncaughtException', (error) => {
    log.error('a bug ends the process', { text: reasonOf(error), stack: error.stack });
    leave(1);
  });
  // The reader of the log may go; the gateway stays.
  process.stdout.on('error', () => undefined);
  process.stderr.on('error', () => undefined);
};

/** The value, or the end of the process with what a person has to mend. */
const orRefuse = <A>(read: () => A, mendable: (error: unknown) => boolean): A => {
  try {
    return read();
  } catch (error) {
    if (mendable(error)) refuse(reasonOf(error));
    throw error;
  }
};

// What lives long here is small, and what is in flight dies soon: V8's own pace would let the heap grow fourfold before it looks.
setFlagsFromString('--heap-growing-percent=50');

const options = orRefuse(readOptions, (error) => error instanceof Error);
const configured = orRefuse(
  () => readConfig(options.folder, process.env),
  (error) => error instanceof ConfigInvalid,
);
run(options, configured);
