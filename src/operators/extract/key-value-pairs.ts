/**
 * Reads `key=value;key=value;`, the form in which the calls `get` and `set` say what they want. A value goes up to the next semicolon and may hold `=`; a part without
 * "=" is passed over. `typed` reads the values of the keys that it knows; all others are texts.
 */
export const keyValuePairs = (
  text: string,
  typed: ReadonlyMap<string, (text: string) => unknown>,
): ReadonlyMap<string, unknown> =>
  new Map(
    text.split(';').flatMap((part): readonly (readonly [string, unknown])[] => {
      const at = part.indexOf('=');
      if (at < 1) return [];
      const [key, value] = [part.slice(0, at).trim(), part.slice(at + 1)];
      return [[key, typed.get(key)?.(value) ?? value]];
    }),
  );
