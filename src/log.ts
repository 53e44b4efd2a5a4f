import { Writable } from 'node:stream';
import winston from 'winston';
import type { Log } from './model/component.js';
import { fold } from './log/fold.js';
import type { Level } from './log/level-of.js';
import { redact } from './log/redact.js';

export interface LogOptions {
  /** Default `info`. */
  readonly level?: Level;
  /** `text` for people, `json` for machines, one line each. Default `text`. */
  readonly format?: 'text' | 'json';
  /** Texts that no line may show. */
  readonly secrets?: Iterable<string>;
  /** Gets each line, without its line break. Default: the console. */
  readonly write?: (line: string) => void;
  /** How long identical warnings and errors are folded, in ms. Default 60 000. */
  readonly window?: number;
}

/** The log of the process, and of each component by its name. */
export interface RootLog extends Log {
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

const asText = winston.format.printf((info) => {
  const { timestamp, level, name, message, details } = info as unknown as Line & { timestamp: string; message: string };
  const more = Object.keys(details).length === 0 ? '' : ` ${JSON.stringify(details)}`;
  return `${timestamp} ${level.toUpperCase().padEnd(5)} [${name}] ${message}${more}`;
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
 * Promises: a line shows no registered secret and no value under a key that names one; a line is one line, whatever a device sent; a
 * warning or error that repeats is written at once, then counted and said once per window.
 */
export const createLog = ({
  level = 'info',
  format = 'text',
  secrets = [],
  write,
  window = 60_000,
}: LogOptions = {}): RootLog => {
  const hidden = new Set([...secrets].filter((secret) => secret !== ''));
  const clean = redact(hidden);
  const logger = winston.createLogger({
    level: level === 'none' ? 'error' : level,
    silent: level === 'none',
    format: winston.format.combine(winston.format.timestamp(), format === 'json' ? asJson : asText),
    // winston's own types do not say that its transports are made by its constructors.
    // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment
    transports: [transportTo(write)],
  });
  const emit = ({ level: at, name, text, details }: Line): void => {
    logger.log({ level: at, message: clean.text(text), name: clean.text(name), details: clean.details(details) });
  };
  const folding = fold<Line>({
    window,
    limit: 1_000,
    repeated: (line, times) =>
      emit({ ...line, text: `${line.text} (${times} more)`, details: { ...line.details, repeated: times } }),
  });
  const child = (name: string): Log => {
    const at =
      (severity: Line['level'], folded: boolean) =>
      (text: string, details: Details = {}): void => {
        if (!logger.isLevelEnabled(severity)) return;
        const line: Line = { level: severity, name, text, details };
        if (!folded || folding.admit(`${severity}\n${name}\n${text}`, line)) emit(line);
      };
    return { debug: at('debug', false), info: at('info', false), warn: at('warn', true), error: at('error', true) };
  };
  return {
    ...child('gateway'),
    child,
    hide: (secret) => {
      if (secret !== '') hidden.add(secret);
    },
    flush: folding.flush,
  };
};
