import { ConfigInvalid } from './config-invalid.js';
import type { FileProblem } from './config-invalid.js';

/** The mistakes for which something throws {@link ConfigInvalid}; none if it throws nothing. Anything else that it throws is a bug, and goes on. */
export const mistakesOf = (read: () => unknown): readonly FileProblem[] => {
  try {
    read();
    return [];
  } catch (error) {
    if (!(error instanceof ConfigInvalid)) throw error;
    return error.problems;
  }
};
