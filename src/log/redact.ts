import { isSecretKey } from '../model/secret.js';
import { printable } from './printable.js';

const HIDDEN = '***';
const DEEPEST = 6;
const LONGEST = 4_000;

/** Fields of a log line, or a text, without secrets. */
export interface Redact {
  readonly text: (text: string) => string;
  readonly details: (details: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>>;
}

/** JSON escapes the first 32 control characters by itself. */
const beyondJson = /[\u007f-\u009f\u2028\u2029]/g;

/**
 * Hides the given secrets wherever they stand in a text, and every value under a key that names a secret.
 *
 * Promises: what it returns is plain JSON of bounded depth and length, and a text holds no control character; it never throws, whatever is
 * logged. `secrets` is read at each call, so that later ones count too.
 */
export const redact = (secrets: ReadonlySet<string>): Redact => {
  const hide = (value: string): string => {
    let result = value;
    // The longest first: a secret may hold another one.
    for (const secret of [...secrets].sort((a, b) => b.length - a.length)) result = result.replaceAll(secret, HIDDEN);
    return result.length > LONGEST ? `${result.slice(0, LONGEST)}…` : result;
  };
  const text = (value: string): string => printable(hide(value), beyondJson);
  const plain = (value: unknown, depth: number): unknown => {
    switch (typeof value) {
      case 'string':
        return text(value);
      case 'bigint':
      case 'symbol':
      case 'function':
        return text(String(value));
      case 'object':
        break;
      default:
        return value;
    }
    if (value === null) return null;
    if (value instanceof Error) return text(value.message);
    if (value instanceof Date) return value.valueOf();
    if (depth >= DEEPEST) return '…';
    if (value instanceof Map || value instanceof Set) return plain([...value], depth);
    if (Array.isArray(value)) return value.slice(0, 100).map((item) => plain(item, depth + 1));
    if (ArrayBuffer.isView(value)) return `${value.byteLength} bytes`;
    return fields(value, depth + 1);
  };
  const fields = (value: object, depth: number): Readonly<Record<string, unknown>> =>
    Object.fromEntries(
      Object.entries(value)
        .slice(0, 100)
        .map(([key, item]) => [text(key), isSecretKey(key) ? HIDDEN : plain(item, depth)]),
    );
  return { text: (value) => printable(hide(value)), details: (details) => fields(details, 0) };
};
