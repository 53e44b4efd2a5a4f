import { FatalError } from '../model/errors.js';
import type { Problem } from '../model/codec.js';

/** A mistake, and the file (or the environment variable) that it stands in. */
export interface FileProblem extends Problem {
  readonly file: string;
}

const line = ({ file, path, found, expected, nearest }: FileProblem): string => {
  const where = path === '' ? file : `${file}: ${path}`;
  const hint = nearest === undefined ? '' : ` (did you mean ${JSON.stringify(nearest)}?)`;
  return `  ${where}: expected ${expected}, found ${found}${hint}`;
};

/** The configuration has mistakes: all of them, one a line, in `message` and as `problems`. No secret is shown. */
export class ConfigInvalid extends FatalError {
  constructor(readonly problems: readonly FileProblem[]) {
    const count = problems.length === 1 ? 'a mistake' : `${problems.length} mistakes`;
    super('CONFIG_INVALID', `The configuration has ${count}:\n${problems.map(line).join('\n')}`);
  }
}
