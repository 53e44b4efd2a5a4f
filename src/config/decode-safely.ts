import type * as t from 'io-ts';
import { decode } from '../model/decode.js';
import type { Decoded, Show } from '../model/decode.js';
import { isSecretKey, secretsOf } from '../model/secret.js';

/** Sections that hold little but secrets: a text in their place is probably one. */
const secretSection = /security|provisioning/i;

const hides = (path: string): boolean => {
  const keys = path.match(/[^.[\]]+/g) ?? [];
  return keys.some(isSecretKey) || secretSection.test(keys.at(-1) ?? '');
};

/** A secret may have slipped into a place where none belongs; `secrets` are those that stand in theirs. */
const showing =
  (secrets: readonly string[]): Show =>
  (value, path) => {
    if (value === undefined) return 'nothing';
    if (value === null) return 'null';
    if (Array.isArray(value)) return `a list of ${value.length}`;
    if (typeof value === 'object') return 'an object';
    if (value !== '' && hides(path)) return `a ${typeof value === 'string' ? 'text' : typeof value} (not shown)`;
    if (typeof value === 'string' && secrets.some((secret) => value.includes(secret))) return 'a text (not shown)';
    const text = JSON.stringify(value);
    return text.length > 60 ? `${text.slice(0, 57)}…` : text;
  };

/**
 * Decodes as {@link decode} does, and promises that no report shows a secret or the inside of a section: a misspelt key is shown by its name, every
 * other mistake by its value, unless that is or holds a secret, or what stands as a secret elsewhere in the input.
 */
export const decodeSafely = <A>(codec: t.Type<A, unknown>, input: unknown): Decoded<A> =>
  decode(codec, input, showing(secretsOf(input)));
