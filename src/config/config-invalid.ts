import { FatalError } from '../model/errors.js';
import type { Problem } from '../model/codec.js';
import { mistakeLine } from './mistake-line.js';

/** A mistake, and the file (or the environment variable) that it stands in. */
export interface FileProblem extends Problem {
  readonly file: string;
}

/** A file with more is broken as a whole. */
const MOST_LISTED = 1_000;

/**
 * The configuration has mistakes: all of them, one a line in `message` (the first 1000) and as `problems`. No secret is shown.
 */
export class ConfigInvalid extends FatalError {
  constructor(
    readonly problems: readonly FileProblem[],
    folder?: string,
  ) {
    const count = problems.length === 1 ? 'a mistake' : `${problems.length} mistakes`;
    const left = problems.length - MOST_LISTED;
    const lines = [...problems.slice(0, MOST_LISTED).map(mistakeLine), ...(left > 0 ? [`and ${left} more`] : [])];
    const where = folder === undefined ? '' : ` in ${folder}`;
    super('CONFIG_INVALID', [`The configuration${where} has ${count}:`, ...lines].join('\n  '));
  }
}
