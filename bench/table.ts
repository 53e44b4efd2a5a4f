import { figures, type Figure, type Round } from './figures.js';
import type { SubjectName } from './options.js';

export interface Row {
  readonly figure: string;
  readonly subject: SubjectName;
  readonly value: string;
  /** To the pass-through, or empty. */
  readonly ratio: string;
  readonly target: string;
  readonly verdict: '' | 'ok' | 'MISS';
}

const median = (numbers: readonly number[]): number | undefined => {
  const sorted = numbers.toSorted((a, b) => a - b);
  const [low, high] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]];
  return low === undefined || high === undefined ? undefined : (low + high) / 2;
};

const numbers = (rounds: readonly Round[], key: string): readonly number[] =>
  rounds.map((round) => round.get(key)).filter((n) => n !== undefined);

const over = (rounds: readonly Round[], { key, sum }: Figure): number | undefined => {
  const all = numbers(rounds, key);
  return sum === true && all.length > 0 ? all.reduce((a, b) => a + b) : median(all);
};

/**
 * One row for each figure of each subject: the median over the rounds (counts: the sum), its ratio to the pass-through's, the target and
 * whether it is reached. A ratio whose pass-through was not measured is left out, and so is the verdict that needs it.
 */
export const table = (results: ReadonlyMap<SubjectName, readonly Round[]>): readonly Row[] =>
  figures.flatMap((figure) => {
    const base = over(results.get('pass-through') ?? [], figure);
    return [...results].flatMap(([subject, rounds]): Row[] => {
      const value = over(rounds, figure);
      if (value === undefined) return [];
      const judged = subject === 'sqlite' || (subject === 'memory' && figure.sum === true);
      const target = judged ? figure.target : undefined;
      const met = target?.met(value, base);
      const compared = subject !== 'pass-through' && figure.ratio !== false && base !== undefined && base > 0;
      return [
        {
          figure: figure.label,
          subject,
          value: value.toFixed(figure.digits),
          ratio: compared ? `${(value / base).toFixed(2)} ×` : '',
          target: target?.text ?? '',
          verdict: met === undefined ? '' : met ? 'ok' : 'MISS',
        },
      ];
    });
  });
