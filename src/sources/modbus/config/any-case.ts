import * as t from 'io-ts';

/** A codec for one of a few words, written in upper or lower case. Gives the word as it stands in `words`. */
export const anyCase = <const W extends string>(words: readonly W[], name = words.join(', ')): t.Type<W, unknown> => {
  const known = new Map(words.map((word) => [word.toLowerCase(), word]));
  const is = (value: unknown): value is W => words.some((word) => word === value);
  return new t.Type<W, unknown>(
    name,
    is,
    (input, context) => {
      const word = typeof input === 'string' ? known.get(input.trim().toLowerCase()) : undefined;
      return word === undefined ? t.failure(input, context) : t.success(word);
    },
    t.identity,
  );
};
