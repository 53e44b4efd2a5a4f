import { Writable } from 'node:stream';
import winston from 'winston';
import type { Log } from './model/component.js';
import { fold } from './log/fold.js';
import { letsThrough } from './log/lets-through.js';
import type { Level } from './log/level-of.js';
import type { Outlet, Routes } from './log/log-plan.js';
import { loggerOf } from './log/logger-of.js';
import { printable } from './log/printable.js';
import { redact } from './log/redact.js';
import { rotatingFile } from './log/rotating-file.js';
import { variety } from './log/variety.js';
import { isShort } from './model/secret.js';

/** How a log shall look, and where it goes. */
export interface LogOptions {
  /** For lines that neither `levels` nor `routes` names a level for. Default `info`. */
  readonly level?: Level;
  /** Levels of single components, by name. They beat those of `routes`. */
  readonly levels?: ReadonlyMap<string, Level>;
  /** What logs.json comes to. Default: everything to the console. */
  readonly routes?: Routes;
  /** `text` for people, `json` for machines, one line each. Default `text`. */
  readonly format?: 'text' | 'json';
  /** Texts that no line may show. Those of fewer than 4 characters are hidden under their keys only: elsewhere they would blank out words. */
  readonly secrets?: Iterable<string>;
  /** Gets each line of the console, without its line break. Default: stdout. */
  readonly write?: (line: string) => void;
  /** How long identical warnings and errors are folded, in ms. Default 60 000. */
  readonly window?: number;
}

/** How many different details of one text are written before the rest is folded together. */
const MOST_DETAILS = 20;

/** The log of the process, and of each component by its name. */
export interface RootLog extends Log {
  /** The log of a component. */
  readonly child: (name: string) => Log;
  /** From now on this text is shown nowhere. */
  readonly hide: (secret: string) => void;
  /** Writes the counts of what is folded. */
  readonly flush: () => void;
}

type Details = Readonly<Record<string, unknown>>;

interface Line {
  readonly level: Exclude<Level, 'none'>;
  readonly name: string;
  readonly text: string;
  readonly details: Details;
}

/** The details' `list`, such as the mistakes in a file, on lines of their own. */
const indented = (list: unknown): string =>
  Array.isArray(list)
    ? list.map((item) => `\n    ${typeof item === 'string' ? printable(item) : JSON.stringify(item)}`).join('')
    : '';

const asText = winston.format.printf((info) => {
  const { timestamp, level, name, message, details } = info as unknown as Line & { timestamp: string; message: string };
  const { list, ...others } = details;
  const more = Object.keys(others).length === 0 ? '' : ` ${JSON.stringify(others)}`;
  return `${timestamp} ${level.toUpperCase().padEnd(5)} [${name}] ${message}${more}${indented(list)}`;
});

const asJson = winston.format.printf((info) => {
  const { timestamp, level, name, message, details } = info as unknown as Line & { timestamp: string; message: string };
  return JSON.stringify({
    ts: timestamp,
    level,
    name,
    message,
    ...(Object.keys(details).length > 0 ? { details } : {}),
  });
});

const transportTo = (write: ((line: string) => void) | undefined) =>
  write === undefined
    ? new winston.transports.Console()
    : new winston.transports.Stream({
        eol: '',
        stream: new Writable({
          decodeStrings: false,
          write: (line: string, _encoding, done) => {
            write(line);
            done();
          },
        }),
      });

/**
 * Makes the log. The only file that knows winston.
 *
 * Promises: a line shows no registered secret and no value under a key that names one; a line is one line, whatever a device sent (but
 * for a `list` among its details, whose items stand below it); a
 * warning or error that repeats is written at once, then counted and said once per window; different details of one text are different
 * lines, up to a bound. A log file that cannot be written is said on the console.
 */
export const createLog = ({
  level = 'info',
  levels = new Map(),
  routes = new Map(),
  format = 'text',
  secrets = [],
  write,
  window = 60_000,
}: LogOptions = {}): RootLog => {
  const hidden = new Set([...secrets].filter((secret) => !isShort(secret)));
  const clean = redact(hidden);
  const writerTo = (to: ((line: string) => void) | undefined): winston.Logger =>
    winston.createLogger({
      level: 'debug',
      format: winston.format.combine(winston.format.timestamp(), format === 'json' ? asJson : asText),
      // winston's own types do not say that its transports are made by its constructors.
      // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment
      transports: [transportTo(to)],
    });
  const theConsole = writerTo(write);
  const put = (to: winston.Logger, { level: at, name, text, details }: Line): void => {
    to.log({ level: at, message: clean.text(text), name: clean.text(name), details: clean.details(details) });
  };
  const failed = (text: string): void => put(theConsole, { level: 'error', name: 'gateway', text, details: {} });
  const files = new Map<string, winston.Logger>();
  const writerOf = ({ file }: Outlet): winston.Logger => {
    if (!file) return theConsole;
    const writer = files.get(file.path) ?? writerTo(rotatingFile(file, failed));
    files.set(file.path, writer);
    return writer;
  };
  const outlets = new Map(
    [...routes].map(([name, { to }]) => [
      name,
      to.map(({ least, ...it }) => ({ least, to: writerOf({ least, ...it }) })),
    ]),
  );
  const everywhere = [{ least: 'debug' as const, to: theConsole }];
  const emit = (line: Line): void => {
    for (const { least, to } of outlets.get(loggerOf(line.name)) ?? everywhere)
      if (letsThrough(least, line.level)) put(to, line);
  };
  const keyOf = variety(MOST_DETAILS);
  const folding = fold<Line>({
    window,
    limit: 1_000,
    repeated: (line, times) =>
      emit({ ...line, text: `${line.text} (${times} more)`, details: { ...line.details, repeated: times } }),
  });
  const child = (name: string): Log => {
    const threshold = levels.get(name) ?? routes.get(loggerOf(name))?.level ?? level;
    const at =
      (severity: Line['level'], folded: boolean) =>
      (text: string, details: Details = {}): void => {
        if (!letsThrough(threshold, severity)) return;
        const line: Line = { level: severity, name, text, details };
        if (!folded || folding.admit(keyOf(`${severity}\n${name}\n${text}`, details), line)) emit(line);
      };
    return { debug: at('debug', false), info: at('info', false), warn: at('warn', true), error: at('error', true) };
  };
  return {
    ...child('gateway'),
    child,
    hide: (secret) => {
      if (!isShort(secret)) hidden.add(secret);
    },
    flush: folding.flush,
  };
};
