import { writeFileSync } from 'node:fs';
import { haveMosquitto } from '../test/peers/mosquitto.js';
import { closing } from './closing.js';
import { commitOf } from './commit-of.js';
import type { Round } from './figures.js';
import { machineOf } from './machine-of.js';
import { measure } from './measure.js';
import { readOptions, type Options, type Scenario, type SubjectName } from './options.js';
import { printRows } from './print-rows.js';
import { table } from './table.js';

/* Measures the gateway against a bare pass-through. What and how: docs/performance.md. */

const refuse = (text: string): never => {
  console.error(text);
  process.exit(2);
};

const read = (): Options => {
  try {
    return readOptions(process.argv.slice(2));
  } catch (error) {
    return refuse(error instanceof Error ? error.message : String(error));
  }
};

const options = read();
if (process.platform !== 'linux') refuse('The bench reads /proc: it runs on Linux only.');
if (!haveMosquitto()) refuse('The bench needs mosquitto as the device broker (Debian: apt-get install mosquitto).');

const all = closing();
const leave = (code: number): void => void all.close().finally(() => process.exit(code));
for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)
  process.once(signal, () => leave(code));

const machine = machineOf();
console.log(
  `${machine.cpus} × ${machine.cpu}, Linux ${machine.kernel}, Node ${machine.node}, fsync ${machine.fsyncMs.toFixed(2)} ms; ` +
    `${options.messages} messages, ${options.rounds} rounds`,
);

/** What takes too long to be done more than once. */
const without = (given: Options, scenario: Scenario): Options => ({
  ...given,
  scenarios: given.scenarios.filter((it) => it !== scenario),
});

const results = new Map<SubjectName, Round[]>(options.only.map((name) => [name, []]));
const began = Date.now();
for (let round = 1; round <= options.rounds; round += 1)
  for (const [name, rounds] of results)
    rounds.push(
      await measure(name, round === 1 ? options : without(options, 'deep'), all, (what) =>
        console.log(
          `${String(Math.round((Date.now() - began) / 1000)).padStart(4)} s  round ${round}, ${name}: ${what}`,
        ),
      ),
    );

const rows = table(results);
console.log();
printRows(rows);
const plain = Object.fromEntries(
  [...results].map(([name, rounds]) => [name, rounds.map((round) => Object.fromEntries(round))]),
);
const report = { at: new Date().toISOString(), commit: commitOf(), machine, options, rows, rounds: plain };
writeFileSync(new URL('latest.json', import.meta.url), `${JSON.stringify(report, null, 2)}\n`);

const failed = [...results.values()].flat().some((round) => round.has('failed'));
leave(failed || rows.some(({ verdict }) => verdict === 'MISS' || verdict === 'FAIL') ? 1 : 0);
