import { plainJson } from '../../../extensions/plain-json.js';
import { isObject } from '../../../model/is-object.js';
import type { HttpOwn } from '../commands/http-call.js';
import { httpHeaders } from '../config/http-headers.js';
import { httpMethod } from '../config/http-method.js';

const bodyOf = (given: unknown): string | Buffer => {
  if (given === undefined || given === null) return '';
  if (typeof given === 'string') return given;
  // What the converter does with its bytes later is its own business.
  if (given instanceof Uint8Array) return Buffer.from(given);
  return JSON.stringify(plainJson(given, 'the data'));
};

const member = (given: object, key: string): unknown =>
  Object.hasOwn(given, key) ? (Reflect.get(given, key) as unknown) : undefined;

const request = (given: unknown): HttpOwn => {
  if (typeof given === 'string' || given instanceof Uint8Array) return { body: bodyOf(given) };
  if (!isObject(given) || !['data', 'url', 'method', 'headers'].some((key) => Object.hasOwn(given, key)))
    throw new Error('the converter has to give a text, bytes or {data, url, method, headers}');
  const [url, verb, heads] = [member(given, 'url'), member(given, 'method'), member(given, 'headers')];
  if (url !== undefined && typeof url !== 'string') throw new Error('the url that the converter gave is no text');
  const method = httpMethod.decode(verb);
  if (verb !== undefined && method._tag === 'Left')
    throw new Error(`the method that the converter gave is not ${httpMethod.name}`);
  const headers = httpHeaders.decode(heads);
  if (heads !== undefined && headers._tag === 'Left')
    throw new Error(`the headers that the converter gave are not ${httpHeaders.name}`);
  return {
    body: bodyOf(member(given, 'data')),
    ...(url === undefined ? {} : { url }),
    ...(method._tag === 'Left' ? {} : { method: method.right }),
    ...(headers._tag === 'Left' ? {} : { headers: headers.right }),
  };
};

/**
 * Reads what a user's way down gave: nothing (undefined, null), one request or a list of them. A request is its body, a text or bytes, or
 * `{data, url, method, headers}`, as the incumbent's converters give `url` and `data`: what is absent is the rule's, but for the body, which is then empty.
 *
 * Promises: throws an error that says what is wrong with anything else.
 */
export const outgoing = (given: unknown): readonly HttpOwn[] => {
  if (given === undefined || given === null) return [];
  return (Array.isArray(given) ? (given as readonly unknown[]) : [given]).map(request);
};
