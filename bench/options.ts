import { resolve } from 'node:path';
import { parseArgs } from 'node:util';

const subjects = ['pass-through', 'memory', 'sqlite'] as const;
const scenarios = ['start', 'throughput', 'latency', 'slow', 'backlog', 'devices', 'deep'] as const;

/** What is measured: a process that does as little as can be done, and the gateway with each of its storages. */
export type SubjectName = (typeof subjects)[number];
export type Scenario = (typeof scenarios)[number];

export interface Options {
  readonly messages: number;
  readonly backlog: number;
  readonly fleet: number;
  readonly deep: number;
  readonly deepFolder: string | undefined;
  readonly rounds: number;
  readonly only: readonly SubjectName[];
  readonly scenarios: readonly Scenario[];
  readonly cpuProf: string | undefined;
}

const usage = `Usage: npm run bench -- [options]

  --messages N       messages of the throughput stretch (200000); the warm-up is a tenth, the slow platform gets half
  --backlog N        messages that are taken in while the platform is away (500000)
  --fleet N          devices of the largest scaling stretch (50000); each sends two messages at least
  --deep N           messages of the deep backlog, which is measured in the first round only (5000000, about a gigabyte)
  --deep-folder DIR  where that goes for the time being (the system's temporary folder)
  --rounds N         how often everything is measured (3); the medians count
  --only LIST        of ${subjects.join(', ')}
  --scenario LIST    of ${scenarios.join(', ')}
  --cpu-prof DIR     a CPU profile of each process under load (read it with bench/top.ts, flame.ts, picture.ts); figures are then not
                     comparable
  --help             print this`;

const count = (name: string, text: string, least = 1): number => {
  const n = Number(text);
  if (!Number.isSafeInteger(n) || n < least)
    throw new Error(`--${name}: a whole number of at least ${least}, not ${text}`);
  return n;
};

const pathOf = (text: string | undefined): string | undefined => (text === undefined ? undefined : resolve(text));

const listOf = <A extends string>(name: string, known: readonly A[], text: string | undefined): readonly A[] => {
  const asked = text?.split(',').map((word) => word.trim());
  const wrong = asked?.find((word) => !known.some((it) => it === word));
  if (wrong !== undefined) throw new Error(`--${name}: ${known.join(', ')}; not ${wrong}`);
  return known.filter((it) => asked === undefined || asked.includes(it));
};

/** Reads the command line. Prints the usage and ends the process for `--help`; throws what a person has to mend. */
export const readOptions = (args: readonly string[]): Options => {
  const { values } = parseArgs({
    args: [...args],
    options: {
      messages: { type: 'string', default: '200000' },
      backlog: { type: 'string', default: '500000' },
      fleet: { type: 'string', default: '50000' },
      deep: { type: 'string', default: '5000000' },
      'deep-folder': { type: 'string' },
      rounds: { type: 'string', default: '3' },
      only: { type: 'string' },
      scenario: { type: 'string' },
      'cpu-prof': { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help === true) {
    console.log(usage);
    process.exit(0);
  }
  return {
    messages: count('messages', values.messages),
    backlog: count('backlog', values.backlog),
    fleet: count('fleet', values.fleet, 2000),
    deep: count('deep', values.deep, 1000),
    deepFolder: pathOf(values['deep-folder']),
    rounds: count('rounds', values.rounds),
    only: listOf('only', subjects, values.only),
    scenarios: listOf('scenario', scenarios, values.scenario),
    cpuProf: pathOf(values['cpu-prof']),
  };
};
