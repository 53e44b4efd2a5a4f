import type { FileProblem } from './config-invalid.js';

/** A mistake as one line: where, what was expected, what is there, and the valid key that it resembles. */
export const mistakeLine = ({ file, path, found, expected, nearest }: FileProblem): string => {
  const where = path === '' ? file : `${file}: ${path}`;
  const hint = nearest === undefined ? '' : ` (did you mean ${JSON.stringify(nearest)}?)`;
  return `${where}: expected ${expected}, found ${found}${hint}`;
};
