import type { Json, Values } from '../../../model/message.js';
import { isObject } from '../../../model/is-object.js';
import { isEmpty } from '../../../operators/extract/is-empty.js';
import { parseJson } from '../../../operators/extract/parse-json.js';
import { utf8 } from '../../../operators/extract/utf8.js';
import type { Received } from '../server/exchange.js';
import { HttpError } from '../server/http-error.js';

/** Characters of what was sent that a reason may quote. */
const QUOTED = 40;

const fieldsOf = (json: Json): Values => {
  if (isObject(json)) return json;
  const what = Array.isArray(json) ? 'a list' : JSON.stringify(json).slice(0, QUOTED);
  throw new HttpError(400, `the body holds ${what} where an object of values belongs`);
};

/** What is no JSON: fields of a form, else one text. */
const otherwise = (text: string, contentType: string, cause: unknown): readonly Values[] => {
  if (/^application\/(?:[\w.-]+\+)?json\b/i.test(contentType))
    throw new HttpError(400, `the body is not JSON: ${cause instanceof Error ? cause.message : ''}`, { cause });
  if (/^application\/x-www-form-urlencoded\b/i.test(contentType))
    return [Object.fromEntries(new URLSearchParams(text))];
  return [{ text }];
};

const read = (body: Buffer, contentType: string): readonly Values[] => {
  const text = utf8(body);
  let json: Json;
  try {
    json = parseJson(text);
  } catch (error) {
    return otherwise(text, contentType, error);
  }
  if (Array.isArray(json)) {
    if (json.length === 0) throw new HttpError(400, 'the body is an empty list');
    return (json as readonly Json[]).map(fieldsOf);
  }
  // A number or a word is JSON as well, and text to whoever sends it.
  return typeof json === 'object' && json !== null ? [json as Values] : [{ text }];
};

const bodies = ({ method, body, contentType }: Received): readonly Values[] => {
  if (method === 'GET' || method === 'HEAD' || body === undefined) return [{}];
  if (!Buffer.isBuffer(body)) return [body];
  return body.length === 0 ? [{}] : read(body, contentType);
};

/**
 * The data of a request, one object for each item of a body that is a list: the path's fields, what the body says, and the query, of which the later wins.
 * Source: rest.md, request to data.
 *
 * Promises: throws an {@link HttpError}: 400 for a body that is not what its content type says, or a list with anything but objects; 415 where there is no data
 * at all.
 */
export const requestData = (received: Received): readonly Values[] => {
  const { params, query } = received;
  const plain = isEmpty(params) && isEmpty(query);
  const all = bodies(received).map((fields): Values => (plain ? fields : { ...params, ...fields, ...query }));
  if (all.every(isEmpty)) throw new HttpError(415, 'the request holds no data');
  return all;
};
