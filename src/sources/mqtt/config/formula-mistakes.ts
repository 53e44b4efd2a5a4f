import type { Mistake } from '../../../model/checked.js';
import { arithmetic } from '../../../operators/extract/arithmetic.js';
import { placeholders } from '../../../operators/extract/placeholders.js';

const code = /\w\s*\(|\bif\b.*\belse\b|\blambda\b|__/;

const isCode = (value: string): boolean => {
  const parts = placeholders(value);
  // What a message alone brings is looked at when it comes, and never run.
  if (parts.every((part) => typeof part !== 'string')) return false;
  // Numbers that are unlikely to cancel each other out.
  const tried = parts.map((part, i) => (typeof part === 'string' ? part : String((i + 2) * 1.37))).join('');
  return code.test(tried) && arithmetic(tried) === undefined;
};

/**
 * The values of a section under `useEval` that only a program could compute. Texts that are plainly no formula are none: they stay as they are,
 * and numbers are computed when they come.
 */
export const formulaMistakes = (
  section: string,
  points: readonly ({ readonly value: string } | '*')[],
): readonly Mistake[] =>
  points.flatMap((point, i) =>
    point === '*' || !isCode(point.value)
      ? []
      : [
          {
            key: `${section}[${i}].value`,
            found: point.value,
            expected:
              'a formula of numbers (+ - * / // % **, abs, min, max, round, int, float); code of a configuration is never run',
          },
        ],
  );
