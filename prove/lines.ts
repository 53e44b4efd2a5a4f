import type { Outcome } from './run-scenario.js';
import type { Scenario } from './scenario.js';

const MARK = { passed: 'ok  ', failed: 'FAIL', skipped: 'skip' } as const;
const clock = (seconds: number): string =>
  `${String(Math.floor(seconds / 60)).padStart(3)}:${String(Math.floor(seconds % 60)).padStart(2, '0')}`;

const figuresOf = ({ figures }: Outcome): string =>
  figures === undefined
    ? ''
    : `acknowledged ${figures.acknowledged}, lost ${figures.lost}, repeated ${figures.repeated} (at most ${figures.mayRepeat}, the broker sent ${figures.redelivered} again), ` +
      `out of order ${figures.outOfOrder}, dropped ${figures.dropped} (counted ${figures.counted}), ` +
      (figures.gaps === undefined ? '' : `gaps ${figures.gaps} (at most ${figures.mayGap ?? 0}), `) +
      `${figures.starts} starts, ${figures.peakRss} MB`;

/** What is printed when a scenario has ended: what it came to, the faults, and if it failed why, and how to see it again. */
export const line = (outcome: Outcome, elapsed: number): string => {
  const { scenario, seed, result, why, seconds, faults, output } = outcome;
  const head = `${clock(elapsed)}  ${MARK[result]}  ${scenario.padEnd(20)}  ${seconds.toFixed(1).padStart(5)} s`;
  if (result === 'skipped') return `${head}  ${why.join('; ')}`;
  const what = faults.map(({ at, what }) => `${what} at ${at} ms`).join('; ');
  const more =
    result === 'passed'
      ? []
      : [
          ...why.map((text) => `            * ${text}`),
          `            again: npm run prove -- --seed ${seed} --scenario ${scenario}`,
          ...(output ?? '').split('\n').map((text) => `            | ${text}`),
        ];
  return [`${head}  ${figuresOf(outcome)}`, `            faults: ${what === '' ? 'none' : what}`, ...more].join('\n');
};

/** The last lines: how many runs, what failed, what was skipped and why, and what there was no time for. */
export const summary = (outcomes: readonly Outcome[], asked: readonly Scenario[], elapsed: number): string => {
  const of = (result: Outcome['result']): readonly Outcome[] => outcomes.filter((it) => it.result === result);
  const total = (pick: (figures: NonNullable<Outcome['figures']>) => number): number =>
    outcomes.reduce((sum, { figures }) => sum + (figures === undefined ? 0 : pick(figures)), 0);
  const skipped = new Map(of('skipped').map(({ scenario, why }) => [scenario, why.join('; ')]));
  const unseen = asked.filter(({ name }) => !outcomes.some(({ scenario }) => scenario === name));
  return [
    '',
    `${outcomes.length} runs in ${clock(elapsed).trim()}: ${total(({ acknowledged }) => acknowledged)} messages acknowledged, ` +
      `${total(({ starts }) => starts)} starts of the gateway, ${outcomes.reduce((sum, { faults }) => sum + faults.length, 0)} faults; ` +
      `lost ${total(({ lost }) => lost)}, repeated ${total(({ repeated }) => repeated)}, out of order ${total(({ outOfOrder }) => outOfOrder)}`,
    ...[...skipped].map(([scenario, why]) => `skipped ${scenario}: ${why}`),
    ...(unseen.length > 0 ? [`no time for: ${unseen.map(({ name }) => name).join(', ')}`] : []),
    ...of('failed').map(({ scenario, seed, why }) => `failed ${scenario}, seed ${seed}: ${why.join('; ')}`),
    `${of('passed').length} passed, ${of('failed').length} failed, ${of('skipped').length} skipped`,
  ].join('\n');
};
