/** A name as the file keeps it: names may hold NUL or half a surrogate pair, which do not survive as SQLite text. */
export const quoted = (name: string): string => JSON.stringify(name);

/** The name again; undefined if the text was damaged. */
export const unquoted = (text: unknown): string | undefined => {
  try {
    const name: unknown = typeof text === 'string' ? JSON.parse(text) : undefined;
    return typeof name === 'string' ? name : undefined;
  } catch {
    return undefined;
  }
};
