import { figures, type Figure, type Find, type Round, type Target } from './figures.js';
import type { SubjectName } from './options.js';

export interface Row {
  readonly key: string;
  readonly figure: string;
  readonly subject: SubjectName;
  /** The median over the rounds, or the sum. */
  readonly number: number;
  readonly value: string;
  /** To the pass-through, or empty. */
  readonly ratio: string;
  readonly target: string;
  /** MISS: less than the target. FAIL: less than the floor too, where there is one. */
  readonly verdict: '' | 'ok' | 'MISS' | 'FAIL';
}

const median = (numbers: readonly number[]): number | undefined => {
  const sorted = numbers.toSorted((a, b) => a - b);
  const [low, high] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]];
  return low === undefined || high === undefined ? undefined : (low + high) / 2;
};

const numbers = (rounds: readonly Round[], key: string): readonly number[] =>
  rounds.map((round) => round.get(key)).filter((n) => n !== undefined);

const over = (rounds: readonly Round[], { key, sum }: Pick<Figure, 'key' | 'sum'>): number | undefined => {
  const all = numbers(rounds, key);
  return sum === true && all.length > 0 ? all.reduce((a, b) => a + b) : median(all);
};

const verdictOn = ({ met, floor }: Target, value: number, find: Find): Row['verdict'] => {
  const reached = met(value, find);
  if (reached === undefined) return '';
  if (reached) return 'ok';
  return floor?.met(value, find) === false ? 'FAIL' : 'MISS';
};

/**
 * One row for each figure of each subject: the median over the rounds (counts: the sum), its ratio to the pass-through's, the target and
 * whether it is reached. A ratio whose pass-through was not measured is left out, and so is the verdict that needs what was not measured.
 */
export const table = (results: ReadonlyMap<SubjectName, readonly Round[]>): readonly Row[] =>
  figures.flatMap((figure) => {
    const base = over(results.get('pass-through') ?? [], figure);
    return [...results].flatMap(([subject, rounds]): Row[] => {
      const number = over(rounds, figure);
      if (number === undefined) return [];
      const judged = subject === 'sqlite' || (subject === 'memory' && figure.sum === true);
      const target = judged ? figure.target : undefined;
      const find: Find = (key, of = subject) => over(results.get(of) ?? [], { key });
      const compared = subject !== 'pass-through' && figure.ratio !== false && base !== undefined && base > 0;
      const floor = target?.floor === undefined ? '' : ` (floor ${target.floor.text})`;
      return [
        {
          key: figure.key,
          figure: figure.label,
          subject,
          number,
          value: number.toFixed(figure.digits),
          ratio: compared ? `${(number / base).toFixed(2)} ×` : '',
          target: target === undefined ? '' : `${target.text}${floor}`,
          verdict: target === undefined ? '' : verdictOn(target, number, find),
        },
      ];
    });
  });
