import type { Json } from '../../model/message.js';
import { parseJson } from './parse-json.js';

/** A body that expressions can look into: a text is read as JSON; one that is not JSON stays the text it is. */
export const parsedBody = (body: Json): Json => {
  if (typeof body !== 'string') return body;
  try {
    return parseJson(body);
  } catch {
    return body;
  }
};
