import * as t from 'io-ts';
import type { Fields, Problem } from './codec.js';

/** What decoding gives: the value, or every mistake. Keys that nothing reads are listed either way. */
export interface Decoded<A> {
  readonly value?: A;
  readonly problems: readonly Problem[];
  /** Keys that no codec knows and that resemble no known key. */
  readonly unknown: readonly string[];
}

const shown = (value: unknown): string => {
  if (value === undefined) return 'nothing';
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
};

/** Levenshtein's distance: how many letters differ. Two neighbours that changed places count as one (Damerau). */
const distance = (a: string, b: string): number => {
  let before: readonly number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const other = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? before[j - 2]! + 1 : Infinity;
      next.push(Math.min(other, swapped, row[j]! + 1, next[j - 1]! + 1));
    }
    before = row;
    row = next;
  }
  return row[b.length]!;
};

/** The known key that a misspelt one probably means: at most a third of its letters differ. */
export const nearestOf = (key: string, known: readonly string[]): string | undefined => {
  if (key.length > 64) return undefined;
  const near = known
    .map((candidate) => ({ candidate, letters: distance(key.toLowerCase(), candidate.toLowerCase()) }))
    .filter(({ letters, candidate }) => letters <= Math.max(1, Math.floor(candidate.length / 3)))
    .sort((a, b) => a.letters - b.letters);
  return near[0]?.candidate;
};

interface Stray {
  readonly path: string;
  readonly key: string;
  readonly nearest?: string;
}

const inner = (codec: unknown): unknown =>
  codec instanceof t.ArrayType || codec instanceof t.ReadonlyArrayType ? codec.type : undefined;
const fieldsOf = (codec: unknown): Fields | undefined =>
  codec instanceof t.Type && 'fields' in codec ? (codec.fields as Fields) : undefined;

const strays = (codec: unknown, value: unknown, path: string): readonly Stray[] => {
  const item = inner(codec);
  if (item !== undefined && Array.isArray(value))
    return value.flatMap((entry, i) => strays(item, entry, `${path}[${i}]`));
  const fields = fieldsOf(codec);
  if (!fields || typeof value !== 'object' || value === null || Array.isArray(value)) return [];
  const present = Object.keys(value);
  // A key whose right spelling stands beside it is not a misspelling of it.
  const free = Object.keys(fields).filter((key) => !present.includes(key));
  return Object.entries(value).flatMap(([key, entry]): readonly Stray[] => {
    const at = path === '' ? key : `${path}.${key}`;
    const field = Object.hasOwn(fields, key) ? fields[key] : undefined;
    if (field) return strays(field.codec, entry, at);
    const nearest = nearestOf(key, free);
    return [{ path: at, key, ...(nearest === undefined ? {} : { nearest }) }];
  });
};

const pathOf = (context: t.Context): string =>
  context
    .map(({ key }) => key)
    .filter((key) => key !== '')
    .reduce((path, key) => (/^\d+$/.test(key) ? `${path}[${key}]` : path === '' ? key : `${path}.${key}`), '');

/** Reads untrusted JSON with a codec and reports every mistake at once, a misspelt key among them. */
export const decode = <A>(codec: t.Type<A, unknown>, input: unknown): Decoded<A> => {
  const result = codec.decode(input);
  const stray = strays(codec, input, '');
  const misspelt = stray.flatMap(({ path, key, nearest }): Problem[] =>
    nearest === undefined ? [] : [{ path, found: `the key ${JSON.stringify(key)}`, expected: 'a known key', nearest }],
  );
  const unknown = stray.filter(({ nearest }) => nearest === undefined).map(({ path }) => path);
  if (result._tag === 'Right') {
    return misspelt.length === 0 ? { value: result.right, problems: [], unknown } : { problems: misspelt, unknown };
  }
  const problems = result.left.map(({ value, context }) => ({
    path: pathOf(context),
    found: shown(value),
    expected: context.at(-1)?.type.name ?? 'something else',
  }));
  return { problems: [...problems, ...misspelt], unknown };
};
