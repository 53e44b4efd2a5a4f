import type { Json } from '../../../model/message.js';
import { parseJson } from '../../../operators/extract/parse-json.js';
import { utf8 } from '../../../operators/extract/utf8.js';

/** A payload as JSON or, where it is none, as the text that it is. */
export interface Body {
  readonly json: boolean;
  readonly value: Json;
}

/** Reads a payload: UTF-8 without what is none, then JSON. Never throws. */
export const readBody = (payload: Buffer): Body => {
  const text = utf8(payload);
  try {
    return { json: true, value: parseJson(text) };
  } catch {
    return { json: false, value: text };
  }
};
