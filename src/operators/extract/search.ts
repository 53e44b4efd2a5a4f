import { inTime } from './in-time.js';
import { regex } from './regex.js';
import { repetitions } from './repetitions.js';

/** Characters of a text that an expression gets to see. */
const SEEN = 1024;
/** Steps that need no deadline: some ten milliseconds. */
const STEPS = 1e7;
/** Milliseconds that one search may take, twice. */
const PATIENCE = 50;

/** A copy, where a slice would keep the whole text in memory for as long as somebody holds a name that was found in it. */
const seenOf = (text: string): string =>
  text.length > SEEN ? Buffer.from(text.slice(0, SEEN), 'utf16le').toString('utf16le') : text;

/**
 * Compiles a regular expression of a configuration into a search in topics and names.
 *
 * Promises: it sees at most 1024 characters and ends within 100 ms (two tries of 50), whatever the expression and the text; a search that does not, throws. One
 * that cannot take long by its form runs without a deadline. Throws SyntaxError when the text is no regular expression.
 */
export const search = (expression: string): ((text: string) => RegExpExecArray | null) => {
  const pattern = regex(expression);
  const { count, ways, nested, refersBack } = repetitions(pattern.source);
  const unbounded = nested.length > 0 || refersBack || ways > STEPS;
  const carefree = unbounded ? 0 : Math.floor((STEPS / ways) ** (1 / (count + 1)));
  if (carefree >= SEEN) return (text) => pattern.exec(seenOf(text));
  return (text) => {
    const seen = seenOf(text);
    const found = seen.length <= carefree ? pattern.exec(seen) : inTime(pattern, seen, PATIENCE);
    if (found === 'late')
      throw new Error(
        `the regular expression ${expression} took longer than ${PATIENCE} ms, twice, on a text of ${seen.length}`,
      );
    return found;
  };
};
