import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { levelOf } from '../log/level-of.js';
import type { Level } from '../log/level-of.js';
import { optionMistake } from './option-mistake.js';

/** What the command line and the environment ask for. */
export interface Options {
  /** `help` and `version` print and end; `check` and `plan` read the configuration and end; `run` is the gateway. */
  readonly command: 'run' | 'check' | 'plan' | 'help' | 'version';
  /** Absolute. */
  readonly folder: string;
  /** For every line, whatever files say; absent: files decide. */
  readonly level?: Level;
  readonly format: 'text' | 'json';
  readonly print: boolean;
}

const known = {
  config: { type: 'string' },
  'log-level': { type: 'string' },
  'log-format': { type: 'string' },
  print: { type: 'boolean', default: false },
  version: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

/** Throws an Error whose message a person can act on. An option beats its variable; an empty variable counts as absent. */
export const readOptions = (args: readonly string[], env: Readonly<Record<string, string | undefined>>): Options => {
  const given = (variable: string): string | undefined => (env[variable] === '' ? undefined : env[variable]);
  const mistake = optionMistake(args, known);
  if (mistake !== undefined) throw new Error(mistake);
  const { values, positionals } = parseArgs({ args: [...args], allowPositionals: true, options: known });
  const [command = 'run', named, ...more] = positionals;
  if (command !== 'run' && command !== 'check' && command !== 'plan')
    throw new Error(`Unknown command ${JSON.stringify(command)}.`);
  if (more.length > 0 || (named !== undefined && (command === 'run' || values.config !== undefined)))
    throw new Error(`Too many arguments: ${JSON.stringify(positionals.slice(1))}.`);
  const format = values['log-format'] ?? given('TB_GW_LOG_FORMAT') ?? 'text';
  if (format !== 'text' && format !== 'json') throw new Error(`Unknown log format ${JSON.stringify(format)}.`);
  const asked = values['log-level'] ?? given('TB_GW_LOG_LEVEL');
  const level = asked === undefined ? undefined : levelOf(asked);
  if (asked !== undefined && level === undefined) throw new Error(`Unknown log level ${JSON.stringify(asked)}.`);
  return {
    command: values.help ? 'help' : values.version ? 'version' : command,
    folder: resolve(named ?? values.config ?? given('TB_GW_CONFIG_DIR') ?? './config'),
    ...(level === undefined ? {} : { level }),
    format,
    print: values.print,
  };
};
