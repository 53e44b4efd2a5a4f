import type { Json } from '../../model/message.js';
import { nestedDeeper } from '../../operators/extract/nested-deeper.js';
import { parseJson as exactly } from '../../operators/extract/parse-json.js';

/** Levels of nesting: what is deeper cannot be written as text again, and the platform's own parser gives up at 1000. */
const DEEPEST = 900;

/** Parsed JSON, without losing digits, or undefined if it is none or is nested deeper than 900 levels. Never throws. */
export const parseJson = (text: string): Json | undefined => {
  try {
    const json = exactly(text);
    return nestedDeeper(json, DEEPEST) ? undefined : json;
  } catch {
    return undefined;
  }
};
