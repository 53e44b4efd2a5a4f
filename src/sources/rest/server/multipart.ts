import { Busboy } from '@fastify/busboy';
import type { Json, Values } from '../../../model/message.js';
import { parseJson } from '../../../operators/extract/parse-json.js';
import { put } from '../../../operators/extract/put.js';
import { HttpError } from './http-error.js';

const FIELDS = 1_000;
const NAME_BYTES = 256;

const valueOf = (text: string, mimeType: string): Json => {
  if (!mimeType.toLowerCase().startsWith('application/json')) return text;
  try {
    return parseJson(text);
  } catch {
    return text;
  }
};

/**
 * Reads the fields of a `multipart/form-data` body: texts, and parts of the type `application/json` as JSON, or as text where they are none. Files are
 * passed over; of a name that comes twice the last counts. Source: rest.md, request to data.
 *
 * Promises: `done` is called exactly once, with an HttpError of status 400 for a body that is cut off or no multipart, or has more than 1000 fields.
 */
export const multipart = (
  body: Buffer,
  contentType: string,
  done: (error: HttpError | null, fields?: Values) => void,
): void => {
  let open = true;
  const end = (error: HttpError | null, fields?: Values): void => {
    if (!open) return;
    open = false;
    done(error, fields);
  };
  const fail = (cause: unknown): void => {
    const why = cause instanceof Error ? cause.message : String(cause);
    end(new HttpError(400, `the body is no multipart/form-data: ${why}`, { cause }));
  };
  try {
    const fields: Record<string, Json> = {};
    const limits = { fields: FIELDS, fieldNameSize: NAME_BYTES, fieldSize: body.length + 1 };
    const busboy = new Busboy({ headers: { 'content-type': contentType }, limits });
    busboy.on('field', (name, value, _nameCut, _valueCut, _encoding, mimeType) =>
      put(fields, name, valueOf(value, mimeType)),
    );
    busboy.on('file', (_name, file) => {
      file.on('error', fail);
      file.resume();
    });
    busboy.on('fieldsLimit', () => fail(`it has more than ${FIELDS} fields`));
    busboy.on('error', fail);
    busboy.on('finish', () => end(null, fields));
    busboy.end(body);
  } catch (error) {
    fail(error);
  }
};
