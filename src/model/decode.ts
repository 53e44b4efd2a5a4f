import * as t from 'io-ts';
import type { Fields, Problem } from './codec.js';
import { isObject } from './is-object.js';

/** What decoding gives: the value, or every mistake. Keys that nothing reads are listed either way. */
export interface Decoded<A> {
  readonly value?: A;
  readonly problems: readonly Problem[];
  /** Paths of keys that no codec knows and that resemble no known key closely enough to be a misspelling of it. */
  readonly unknown: readonly string[];
  /** For some of these: the valid key that is still the most like it. */
  readonly hints: ReadonlyMap<string, string>;
  /** Keys that are there, known and without effect. */
  readonly idle: readonly Idle[];
}

/** A key of the input that changes nothing. */
export interface Idle {
  readonly path: string;
  readonly effect: 'pending' | 'inert';
}

/** How a report shows what stands at a path. */
export type Show = (value: unknown, path: string) => string;

const shown: Show = (value) => {
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

/** The known key that a misspelt one probably means: at most this share (a third) of its letters differ. */
export const nearestOf = (key: string, known: readonly string[], share = 1 / 3): string | undefined => {
  if (key.length > 64) return undefined;
  const near = known
    .map((candidate) => ({ candidate, letters: distance(key.toLowerCase(), candidate.toLowerCase()) }))
    .filter(({ letters, candidate }) => letters <= Math.max(1, Math.floor(candidate.length * share)))
    .sort((a, b) => a.letters - b.letters);
  return near[0]?.candidate;
};

interface Stray {
  readonly path: string;
  readonly key: string;
  readonly nearest?: string;
  readonly hint?: string;
}

interface Found {
  readonly strays: readonly Stray[];
  readonly idle: readonly Idle[];
}

const nothing: Found = { strays: [], idle: [] };
const all = (found: readonly Found[]): Found => ({
  strays: found.flatMap(({ strays }) => strays),
  idle: found.flatMap(({ idle }) => idle),
});

const inner = (codec: unknown): unknown =>
  codec instanceof t.ArrayType || codec instanceof t.ReadonlyArrayType ? codec.type : undefined;
const fieldsOf = (codec: unknown): Fields | undefined =>
  codec instanceof t.Type && 'fields' in codec ? (codec.fields as Fields) : undefined;
const valuesOf = (codec: unknown): unknown => (codec instanceof t.Type && 'values' in codec ? codec.values : undefined);

/** No section has so many keys that are known: in a larger object nearly all are strays, and likeness tells nothing. */
const MOST_KEYS = 1_000;

const strayed = (key: string, path: string, known: readonly string[], present: readonly string[]): Found => {
  const like = (share?: number): string | undefined => {
    const found = present.length > MOST_KEYS ? undefined : nearestOf(key, known, share);
    // A key whose right spelling stands beside it is not a misspelling of it.
    return found === undefined || present.includes(found) ? undefined : found;
  };
  const nearest = like();
  const hint = nearest === undefined ? like(1 / 2) : undefined;
  const stray = { path, key, ...(nearest === undefined ? {} : { nearest }), ...(hint === undefined ? {} : { hint }) };
  return { strays: [stray], idle: [] };
};

/** What is in the input that its codec does not know, or knows to be without effect. */
const survey = (codec: unknown, value: unknown, path: string): Found => {
  const item = inner(codec);
  if (item !== undefined && Array.isArray(value))
    return all(value.map((entry, i) => survey(item, entry, `${path}[${i}]`)));
  if (!isObject(value)) return nothing;
  const at = (key: string): string => (path === '' ? key : `${path}.${key}`);
  const values = valuesOf(codec);
  if (values !== undefined) return all(Object.entries(value).map(([key, entry]) => survey(values, entry, at(key))));
  const fields = fieldsOf(codec);
  if (!fields) return nothing;
  const present = Object.keys(value);
  return all(
    Object.entries(value).map(([key, entry]): Found => {
      const field = Object.hasOwn(fields, key) ? fields[key] : undefined;
      if (!field) return strayed(key, at(key), Object.keys(fields), present);
      const within = survey(field.codec, entry, at(key));
      // Of a section without effect its members need no word of their own.
      return field.effect === undefined || entry === null
        ? within
        : { ...within, idle: [{ path: at(key), effect: field.effect }] };
    }),
  );
};

const pathOf = (context: t.Context): string =>
  context
    .map(({ key }) => key)
    .filter((key) => key !== '')
    .reduce((path, key) => (/^\d+$/.test(key) ? `${path}[${key}]` : path === '' ? key : `${path}.${key}`), '');

/** Reads untrusted JSON with a codec and reports every mistake at once, a misspelt key among them. `show` says what was found. */
export const decode = <A>(codec: t.Type<A, unknown>, input: unknown, show: Show = shown): Decoded<A> => {
  const result = codec.decode(input);
  const { strays, idle } = survey(codec, input, '');
  const misspelt = strays.flatMap(({ path, key, nearest }): Problem[] =>
    nearest === undefined ? [] : [{ path, found: `the key ${JSON.stringify(key)}`, expected: 'a known key', nearest }],
  );
  const unread = strays.filter(({ nearest }) => nearest === undefined);
  const hints = new Map(unread.flatMap(({ path, hint }) => (hint === undefined ? [] : [[path, hint] as const])));
  const rest = { unknown: unread.map(({ path }) => path), hints, idle };
  if (result._tag === 'Right')
    return misspelt.length === 0 ? { value: result.right, problems: [], ...rest } : { problems: misspelt, ...rest };
  const problems = result.left.map(({ value, context }) => {
    const path = pathOf(context);
    return { path, found: show(value, path), expected: context.at(-1)?.type.name ?? 'something else' };
  });
  return { problems: [...problems, ...misspelt], ...rest };
};
