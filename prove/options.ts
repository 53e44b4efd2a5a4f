import { parseArgs } from 'node:util';
import { scenarios } from './catalogue.js';
import { sabotages, type Sabotage } from './sabotage.js';
import type { Scenario } from './scenario.js';

export interface Options {
  readonly minutes: number;
  readonly seed: number;
  readonly only: readonly Scenario[];
  readonly list: boolean;
  /** One round, a few scenarios. */
  readonly short: boolean;
  /** Where the report goes. */
  readonly json: string | undefined;
  readonly sabotage: Sabotage | undefined;
}

const SHORT: ReadonlySet<string> = new Set([
  'kill-at-fsync',
  'cut-before-puback',
  'capacity-drop-newest',
  'modbus-kill',
  'rest-kill',
]);

const usage = `Usage: npm run prove -- [options]

  --minutes N            round after round of all scenarios, until the time is up (10)
  --seed N               what chance decides; the same seed draws the same faults again (default: another each time, printed)
  --scenario NAME[,NAME] only these; once, unless --minutes says otherwise
  --short                once, ${[...SHORT].join(', ')}
  --list                 the scenarios, each with what it does
  --json FILE            write the report there too
  --help                 print this

Exit code: 0 nothing failed, 1 something failed (where CI is set: or was skipped), 2 mistakes in the options.`;

const number = (name: string, text: string, least: number): number => {
  const n = Number(text);
  if (text.trim() === '' || !Number.isFinite(n) || n < least)
    throw new Error(`--${name}: a number of at least ${least}, not ${text}`);
  return n;
};

const named = (text: string): readonly Scenario[] =>
  text.split(',').map((word) => {
    const found = scenarios.find(({ name }) => name === word.trim());
    if (found === undefined) throw new Error(`--scenario: there is no ${word}; --list tells which there are`);
    return found;
  });

/** Reads the command line. Prints the usage and ends the process for `--help`; throws what a person has to mend. */
export const readOptions = (args: readonly string[]): Options => {
  const { values } = parseArgs({
    args: [...args],
    options: {
      minutes: { type: 'string' },
      seed: { type: 'string' },
      scenario: { type: 'string' },
      short: { type: 'boolean', default: false },
      list: { type: 'boolean', default: false },
      json: { type: 'string' },
      // Not in the usage: it makes the proof fail, to show that it can.
      sabotage: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help === true) {
    console.log(usage);
    process.exit(0);
  }
  const only =
    values.scenario === undefined
      ? scenarios.filter(({ name }) => !values.short || SHORT.has(name))
      : named(values.scenario);
  const once = values.short || values.scenario !== undefined;
  const sabotage = sabotages.find((it) => it === values.sabotage);
  if (values.sabotage !== undefined && sabotage === undefined)
    throw new Error(`--sabotage: ${sabotages.join(', ')}; not ${values.sabotage}`);
  const seed = values.seed === undefined ? Date.now() % 1_000_000 : number('seed', values.seed, 0);
  if (!Number.isSafeInteger(seed)) throw new Error(`--seed: a whole number, not ${seed}`);
  return {
    minutes: values.minutes === undefined ? (once ? 0 : 10) : number('minutes', values.minutes, 0),
    seed,
    only,
    list: values.list,
    short: values.short,
    json: values.json,
    sabotage,
  };
};
