import { inTime } from './in-time.js';
import { repetitions } from './repetitions.js';

/** Characters of a trial. Two ways for each of them are more than any computer tries; a power of the length is nothing. */
const LENGTH = 64;
/** Milliseconds for a trial that takes microseconds if all is well. */
const PATIENCE = 250;
/** Characters that trials are made of, before those of the expression itself. */
const USUAL = ['a', 'A', '0', ' ', '/', '-', '_'];
const MOST = 20;

const trialsFor = (group: string): readonly string[] => {
  const literal = [...group.replace(/\\[a-z]/gi, '').matchAll(/[^\\()[\]{}|*+?^$.]/gu)].map(([char]) => char);
  const chars = [...new Set([...USUAL, ...literal])].slice(0, MOST);
  return chars.flatMap((a) => chars.map((b) => (a + b).repeat(LENGTH / 2)));
};

/**
 * True of a regular expression that can take for ever on a short text, such as `(a+)+$`: each repeated group with a choice inside is tried
 * on texts of its own characters, with an end that it cannot match.
 *
 * It finds the usual ones, not all: whoever searches with the others needs a deadline as well. Nothing is tried where no group repeats a choice.
 */
export const mayHang = (pattern: RegExp): boolean =>
  repetitions(pattern.source).nested.some((group) => {
    let alone: RegExp;
    try {
      alone = new RegExp(`^(?:${group})\\u0001`, pattern.flags);
    } catch {
      // It refers to what is outside of it.
      return false;
    }
    return trialsFor(group).some((text) => inTime(alone, text, PATIENCE) === 'late');
  });
