import type * as t from 'io-ts';
import type { Problem } from '../model/codec.js';
import { decode } from '../model/decode.js';
import type { Decoded } from '../model/decode.js';
import { isSecretKey } from '../model/secret.js';

/** Sections that hold little but secrets: a text in their place is probably one. */
const secretSection = /security|provisioning/i;

const keysOf = (path: string): readonly string[] => path.match(/[^.[\]]+/g) ?? [];

const valueAt = (input: unknown, path: string): unknown =>
  keysOf(path).reduce<unknown>(
    (value, key) =>
      typeof value === 'object' && value !== null && Object.hasOwn(value, key)
        ? (value as Readonly<Record<string, unknown>>)[key]
        : undefined,
    input,
  );

const shown = (value: unknown, hidden: boolean): string => {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === 'object') return 'an object';
  if (hidden) return `a ${typeof value === 'string' ? 'text' : typeof value} (not shown)`;
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
};

/** A misspelt key is shown by its name; every other mistake by its value, unless that is or holds a secret. */
const safe = (input: unknown, problem: Problem): Problem => {
  if (problem.found.startsWith('the key ') && problem.expected === 'a known key') return problem;
  const key = keysOf(problem.path).at(-1) ?? '';
  return { ...problem, found: shown(valueAt(input, problem.path), isSecretKey(key) || secretSection.test(key)) };
};

/** Decodes as {@link decode} does, and promises that no report shows a secret or the inside of a section. */
export const decodeSafely = <A>(codec: t.Type<A, unknown>, input: unknown): Decoded<A> => {
  const decoded = decode(codec, input);
  return { ...decoded, problems: decoded.problems.map((problem) => safe(input, problem)) };
};
