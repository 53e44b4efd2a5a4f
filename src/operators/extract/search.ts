import { inTime } from './in-time.js';
import { regex } from './regex.js';
import { repetitions } from './repetitions.js';

/** Characters of a text that an expression gets to see. */
const SEEN = 1024;
/** Steps that need no deadline: some ten milliseconds. */
const STEPS = 1e7;
/** Milliseconds that one search may take, twice. */
const PATIENCE = 50;

/**
 * Compiles a regular expression of a configuration into a search in topics and names.
 *
 * Promises: it sees at most 1024 characters and ends within 100 ms (two tries of 50), whatever the expression and the text; a search that does not, throws. One
 * that cannot take long by its form runs without a deadline. Throws SyntaxError when the text is no regular expression.
 */
export const search = (expression: string): ((text: string) => RegExpExecArray | null) => {
  const pattern = regex(expression);
  const { count, nested, refersBack } = repetitions(pattern.source);
  const steps = nested.length > 0 || refersBack ? Infinity : count + 1;
  const carefree = Math.floor(STEPS ** (1 / steps));
  if (carefree >= SEEN) return (text) => pattern.exec(text.slice(0, SEEN));
  return (text) => {
    const seen = text.slice(0, SEEN);
    const found = seen.length <= carefree ? pattern.exec(seen) : inTime(pattern, seen, PATIENCE);
    if (found === 'late')
      throw new Error(
        `the regular expression ${expression} took longer than ${PATIENCE} ms, twice, on a text of ${seen.length}`,
      );
    return found;
  };
};
