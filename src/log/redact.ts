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

/** How a secret stands in a text that quotes it: as it is, within JSON, within a URL, in base64. */
const formsOf = (secret: string): readonly string[] => [
  secret,
  JSON.stringify(secret).slice(1, -1),
  encodeURIComponent(Buffer.from(secret).toString()),
  Buffer.from(secret).toString('base64'),
];

/** JSON escapes the first 32 control characters by itself. */
const beyondJson = /[\u007f-\u009f\u2028\u2029]/g;

/**
 * Hides the given secrets wherever they stand in a text, also as JSON, a URL or base64 would write them, and every value under a key that names a secret.
 *
 * Promises: what it returns is plain JSON of bounded depth and length, and a text holds no control character; it never throws, whatever is
 * logged. `secrets` is read at each call, so that later ones count too.
 */
export const redact = (secrets: ReadonlySet<string>): Redact => {
  let known = -1;
  let forms: readonly string[] = [];
  /** The longest first: a secret may hold another one. None is ever taken out. */
  const inOrder = (): readonly string[] => {
    if (known !== secrets.size) {
      forms = [...new Set([...secrets].flatMap(formsOf))].sort((a, b) => b.length - a.length);
      known = secrets.size;
    }
    return forms;
  };
  const hide = (value: string): string => {
    let result = value;
    for (const form of inOrder()) result = result.replaceAll(form, HIDDEN);
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
