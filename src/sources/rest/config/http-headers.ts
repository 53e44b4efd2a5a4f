import * as t from 'io-ts';
import { isObject } from '../../../model/is-object.js';

/** Names and values of HTTP headers. */
export type HttpHeaders = ReadonlyMap<string, string>;

const name = /^[!#$%&'*+.^_`|~\w-]+$/;
/** No control character, and nothing beyond Latin-1: Node.js would refuse to send it. */
const value = /^[\t\x20-\x7e\x80-\xff]*$/;

const parsed = (input: unknown): unknown => {
  if (typeof input !== 'string') return input;
  if (input.trim() === '') return {};
  try {
    return JSON.parse(input) as unknown;
  } catch {
    return undefined;
  }
};

const textOf = (given: unknown): string | undefined => {
  if (typeof given === 'string') return value.test(given) ? given : undefined;
  return typeof given === 'number' || typeof given === 'boolean' ? String(given) : undefined;
};

/** An object of headers, or the same as JSON in a text. */
export const httpHeaders = new t.Type<HttpHeaders, unknown, unknown>(
  'an object of HTTP headers',
  (given): given is HttpHeaders => given instanceof Map,
  (input, context) => {
    const object = parsed(input);
    if (!isObject(object)) return t.failure(input, context);
    const headers = new Map<string, string>();
    for (const [key, given] of Object.entries(object)) {
      const text = textOf(given);
      if (text === undefined || !name.test(key)) return t.failure(input, context);
      headers.set(key, text);
    }
    return t.success(headers);
  },
  (headers) => Object.fromEntries(headers),
);
