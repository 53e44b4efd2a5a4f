/** Tells lines of one text apart by their details. */
export type Variety = (text: string, details: Readonly<Record<string, unknown>>) => string;

const LONGEST = 200;
const LONGEST_LIST = 2_000;
/** How many texts are remembered; all are forgotten when there are more. */
const MOST_TEXTS = 1_000;

const textOf = (value: unknown): string => {
  if (value instanceof Error) return textOf(value.message);
  if (Array.isArray(value))
    return value
      .filter((item) => typeof item === 'string')
      .join('\n')
      .slice(0, LONGEST_LIST);
  return typeof value === 'string' ? value.slice(0, LONGEST) : '';
};
const wordsOf = (details: Readonly<Record<string, unknown>>): string => Object.values(details).map(textOf).join('\n');

/**
 * Makes keys for folding: two lines have the same one if their text and the texts among their details, and in lists among these, are equal. Numbers make no difference: an
 * attempt's or a delay's is new each time.
 *
 * Promises: at most `most` keys for one text, so that what a device can vary at will is folded all the same: the rest share one.
 */
export const variety = (most: number): Variety => {
  const known = new Map<string, Set<string>>();
  return (text, details) => {
    const words = wordsOf(details);
    const seen = known.get(text) ?? new Set();
    if (!seen.has(words) && seen.size >= most) return `${text}\n…`;
    if (known.size >= MOST_TEXTS && !known.has(text)) known.clear();
    known.set(text, seen.add(words));
    return `${text}\n${words}`;
  };
};
