import type { Json } from '../../model/message.js';
import { parseJson as exactly } from '../../operators/extract/parse-json.js';

/** Parsed JSON, without losing digits, or undefined if it is none. Never throws. */
export const parseJson = (text: string): Json | undefined => {
  try {
    return exactly(text);
  } catch {
    return undefined;
  }
};

export const isRecord = (json: Json | undefined): json is Readonly<Record<string, Json>> =>
  typeof json === 'object' && json !== null && !Array.isArray(json);
