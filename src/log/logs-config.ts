import * as t from 'io-ts';
import { defaulted, inert, optional, refine, section } from '../model/codec.js';
import { dictionary } from '../model/dictionary.js';
import { whole } from '../model/whole.js';
import { levelOf } from './level-of.js';
import type { Level } from './level-of.js';

/** Python's numbers: 10 DEBUG, 20 INFO, 30 WARNING, 40 ERROR, 50 CRITICAL; 0 is everything. */
const numbered = (n: number): Level => (n <= 10 ? 'debug' : n <= 20 ? 'info' : n <= 30 ? 'warn' : 'error');

const level = new t.Type<Level, unknown, unknown>(
  'a log level such as "INFO"',
  (value): value is Level => typeof value === 'string' && levelOf(value) === value,
  (input, context) => {
    const found = typeof input === 'number' ? numbered(input) : typeof input === 'string' ? levelOf(input) : undefined;
    return found === undefined ? t.failure(input, context) : t.success(found);
  },
  t.identity,
);

const DAY = 86_400_000;
const units: ReadonlyMap<string, number> = new Map([
  ['S', 1_000],
  ['M', 60_000],
  ['H', 3_600_000],
  ['D', DAY],
  ['MIDNIGHT', DAY],
  ...Array.from({ length: 7 }, (_, day): [string, number] => [`W${day}`, 7 * DAY]),
]);

const period = new t.Type<number, unknown, unknown>(
  'S, M, H, D, midnight or W0 to W6',
  t.number.is,
  (input, context) => {
    const ms = typeof input === 'string' ? units.get(input.trim().toUpperCase()) : undefined;
    return ms === undefined ? t.failure(input, context) : t.success(ms);
  },
  t.identity,
);

const handler = section('a handler', {
  class: optional(t.string, 'Only tells a console from what is neither console nor file; the class is not loaded.'),
  level: defaulted(level, 'debug', 'The least grave lines that it takes.'),
  filename: optional(
    refine(t.string, (name) => name.trim() !== '', 'the name of a file'),
    'Makes it a file. A relative name starts at the working directory; TB_GW_LOGS_PATH replaces the folder.',
  ),
  when: optional(period, 'A new file each second, minute, hour, day or week (UTC), times `interval`.'),
  interval: defaulted(whole('a whole number', 1), 1, 'How many of these.'),
  maxBytes: defaulted(
    whole('a whole number', 0),
    0,
    'A new file before this one is larger, in bytes. 0: 100 MiB unless `when` is given.',
  ),
  backupCount: defaulted(whole('a whole number', 0), 7, 'How many old files are kept; 0 keeps all.'),
  stream: inert(optional(t.string, 'A handler without a file writes where the console is.')),
  formatter: inert(optional(t.string, 'The form of a line is TB_GW_LOG_FORMAT’s.')),
  encoding: inert(optional(t.string, 'Always UTF-8.')),
  mode: inert(optional(t.string, 'Lines are always appended.')),
  delay: inert(optional(t.boolean, 'A file is made with its first line.')),
  utc: inert(optional(t.boolean, 'Always UTC.')),
  atTime: inert(optional(t.unknown, 'Always midnight.')),
  filters: inert(optional(t.unknown, 'Filters are not loaded.')),
});

const logger = section('a logger', {
  level: optional(level, 'The least grave lines that are logged; absent: the level of `root`, else INFO.'),
  handlers: defaulted(
    t.readonlyArray(t.string, 'a list of names'),
    [],
    'Where the lines go: names of `handlers`. If neither this nor `root` names any: to the console.',
  ),
  propagate: defaulted(t.boolean, true, 'Whether they go to the handlers of `root`, too.'),
  filters: inert(optional(t.unknown, 'Filters are not loaded.')),
});

/** The file logs.json, in the form of Python's logging.config.dictConfig that the incumbent reads (core.md §11). */
export const logsConfig = section('the file logs.json: {"handlers", "loggers", "root"}', {
  handlers: defaulted(dictionary('handlers by name', handler), new Map(), 'Files and the console, by name.'),
  loggers: defaulted(
    dictionary('loggers by name', logger),
    new Map(),
    'What goes where: service (the gateway), tb_connection (the platform), storage, connector (all connectors). ' +
      'Others, such as converter, have no lines here.',
  ),
  root: optional(logger, 'For loggers that are not named.'),
  version: inert(optional(t.unknown, 'Version of the form.')),
  disable_existing_loggers: inert(optional(t.boolean, 'There are none.')),
  incremental: inert(optional(t.boolean, 'The file is always read as a whole.')),
  formatters: inert(optional(t.unknown, 'The form of a line is TB_GW_LOG_FORMAT’s.')),
  filters: inert(optional(t.unknown, 'Filters are not loaded.')),
});

export type LogsConfig = t.TypeOf<typeof logsConfig>;
