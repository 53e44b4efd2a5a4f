import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { haveMosquitto } from '../test/peers/mosquitto.js';
import { scenarios } from './catalogue.js';
import { dice } from './dice.js';
import { line, summary } from './lines.js';
import { readOptions, type Options } from './options.js';
import { runScenario, type Outcome } from './run-scenario.js';
import { turns } from './turns.js';

/* Tries to make the gateway lose something. What and how: docs/proving.md. */

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

const { minutes, seed, only, list, short, json, sabotage } = read();
if (list) {
  const width = Math.max(...scenarios.map(({ name }) => name.length));
  for (const { name, says } of scenarios) console.log(`${name.padEnd(width)}  ${says}`);
  process.exit(0);
}
if (process.platform !== 'linux') refuse('The laboratory reads /proc: it runs on Linux only.');
if (!haveMosquitto())
  refuse('The laboratory needs mosquitto as the device broker (Debian: apt-get install mosquitto).');

const began = Date.now();
const startedAt = new Date(began).toISOString();
const elapsed = (): number => (Date.now() - began) / 1000;
const outcomes: Outcome[] = [];
const report = (): object => ({
  at: startedAt,
  seed,
  minutes,
  machine: { cpus: cpus().length, cpu: cpus()[0]?.model ?? '', node: process.version },
  seconds: Math.round(elapsed()),
  outcomes,
});
const write = (): void => {
  if (json !== undefined) writeFileSync(json, `${JSON.stringify(report(), null, 2)}\n`);
};
let stopped = false;
const isStopped = (): boolean => stopped;
// The scenario that runs is brought to its end, and cleans up.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => (stopped = true));

console.log(`seed ${seed}: ${only.length} scenarios, ${minutes > 0 ? `for ${minutes} minutes` : 'once'}`);
const isOver = (): boolean => isStopped() || (minutes > 0 && elapsed() >= minutes * 60);
for (let round = 0; !isOver(); round += 1) {
  for (const { scenario, own } of dice(seed + round, 'the order').shuffled(turns(only, minutes > 0))) {
    if (isOver()) break;
    const outcome = await runScenario(scenario, seed + round + own, { isShort: short, sabotage });
    outcomes.push(outcome);
    console.log(line(outcome, elapsed()));
    write();
  }
  if (minutes === 0) break;
}
console.log(summary(outcomes, only, elapsed()));
const strict = (process.env.CI ?? '') !== '';
const bad = outcomes.some(({ result }) => result === 'failed' || (strict && result === 'skipped'));
process.exit(bad || isStopped() || outcomes.length === 0 ? 1 : 0);
