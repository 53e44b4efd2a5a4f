import { basename, join, resolve } from 'node:path';
import type { Level } from './level-of.js';
import type { LoggerName } from './logger-of.js';
import type { LogsConfig } from './logs-config.js';
import type { FilePlan } from './rotating-file.js';

/** A place that lines go to: a file, or without one the console. */
export interface Outlet {
  readonly least: Level;
  readonly file?: FilePlan;
}

/** What becomes of the lines of one logger. */
export interface Route {
  readonly level: Level;
  readonly to: readonly Outlet[];
}

export type Routes = ReadonlyMap<LoggerName, Route>;

export interface LogPlan {
  readonly routes: Routes;
  readonly notices: readonly string[];
}

type Logger = NonNullable<LogsConfig['root']>;
type Handler = LogsConfig['handlers'] extends ReadonlyMap<string, infer H> ? H : never;

const names: readonly LoggerName[] = ['service', 'connector', 'storage', 'tb_connection'];
const LARGEST = 100 * 1024 * 1024;

const fileOf = (handler: Handler, filename: string, from: string, folder: string | undefined): FilePlan => ({
  path: folder === undefined ? resolve(from, filename) : join(resolve(from, folder), basename(filename)),
  maxBytes: handler.maxBytes > 0 ? handler.maxBytes : handler.when === undefined ? LARGEST : Infinity,
  ...(handler.when === undefined ? {} : { periodMs: handler.when * handler.interval }),
  backups: handler.backupCount === 0 ? Infinity : handler.backupCount,
});

const isConsole = ({ class: name }: Handler): boolean => name === undefined || /(^|\.)StreamHandler$/.test(name);

/**
 * What logs.json comes to. Pure: opens no file.
 *
 * `from` is where relative file names start; `folder`, if given, is where all files are, whatever the file says. A handler that is
 * neither a file nor a console takes no lines, and that is a notice. A logger for which no handler is named writes to the console.
 */
export const logPlan = (config: LogsConfig, from: string, folder?: string): LogPlan => {
  const outlets = new Map<string, Outlet>();
  const notices: string[] = [];
  for (const [name, handler] of config.handlers) {
    if (handler.filename !== undefined)
      outlets.set(name, { least: handler.level, file: fileOf(handler, handler.filename, from, folder) });
    else if (isConsole(handler)) outlets.set(name, { least: handler.level });
    else
      notices.push(
        `logs.json: the handler ${JSON.stringify(name)} is neither a file nor the console: it logs nothing.`,
      );
  }
  const { root } = config;
  const routeOf = (logger: Logger | undefined): Route => {
    const { handlers, propagate } = logger ?? { handlers: [], propagate: true };
    const named = propagate && root ? [...handlers, ...root.handlers] : handlers;
    // A file that only sets levels must not silence the gateway; `propagate: false` by itself is meant so.
    const reached: readonly Outlet[] = named.length === 0 && propagate ? [{ least: 'debug' }] : to(named);
    return { level: logger?.level ?? root?.level ?? 'info', to: reached };
  };
  const to = (handlers: readonly string[]): readonly Outlet[] =>
    [...new Set(handlers)].flatMap((name) => outlets.get(name) ?? []);
  const routes = new Map(names.map((name) => [name, routeOf(config.loggers.get(name))]));
  return { routes, notices };
};
