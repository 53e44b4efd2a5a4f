import { randomUUID } from 'node:crypto';
import { isObject } from '../../../model/is-object.js';
import type { Json } from '../../../model/message.js';
import { RpcError } from '../../../model/rpc-error.js';
import { parseJson } from '../../../operators/extract/parse-json.js';
import { textOf } from '../../../operators/extract/text-of.js';
import type { HttpCall } from './http-call.js';

/** What goes over the wire. Names of headers are in lower case. */
export interface Encoded {
  readonly headers: Readonly<Record<string, string>>;
  /** Empty: there is none. */
  readonly body: Buffer;
}

const parsed = (text: string): Json | undefined => {
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
};

const escaped = (name: string): string => name.replaceAll('"', '%22').replaceAll('\r', '%0D').replaceAll('\n', '%0A');

const form = (text: string, boundary: string): Buffer => {
  const fields = parsed(text);
  if (!isObject(fields)) throw new RpcError(400, 'the body of a multipart/form-data request is to be a JSON object');
  const parts = Object.entries(fields as Readonly<Record<string, Json>>).map(
    ([name, value]) =>
      `--${boundary}\r\nContent-Disposition: form-data; name="${escaped(name)}"\r\n\r\n${textOf(value)}\r\n`,
  );
  return Buffer.from(`${parts.join('')}--${boundary}--\r\n`);
};

/**
 * Encodes a body by its `Content-Type`: as JSON (a text that is none becomes a JSON text), as a form of an object's fields, else as it is. Bytes stay as they are, and an empty
 * body is none.
 * Source: rest.md, attributeUpdates.
 */
export const encoded = ({ headers, body, security }: HttpCall): Encoded => {
  const given = new Map([...headers].map(([name, value]) => [name.toLowerCase(), value]));
  const { type, username = '', password = '' } = security;
  if (type === 'basic')
    given.set('authorization', `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`);
  const contentType = (given.get('content-type') ?? '').toLowerCase();
  const text = typeof body === 'string' ? body : '';
  let bytes: Buffer = typeof body === 'string' ? Buffer.from(body) : body;
  if (text !== '' && contentType.startsWith('multipart/form-data')) {
    const boundary = randomUUID();
    bytes = form(text, boundary);
    given.set('content-type', `multipart/form-data; boundary=${boundary}`);
  } else if (text !== '' && contentType.startsWith('application/json') && parsed(text) === undefined)
    bytes = Buffer.from(JSON.stringify(text));
  given.delete('content-length');
  given.delete('transfer-encoding');
  if (bytes.length > 0) given.set('content-length', String(bytes.length));
  return { headers: Object.fromEntries(given), body: bytes };
};
