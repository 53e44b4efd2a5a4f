import type { Json } from '../../model/message.js';
import { jsonPath } from './json-path.js';
import { topLevel } from './top-level.js';

/** Reads one value from a body. Undefined: not there; null: there, and null. */
export type Lookup = (body: Json) => Json | undefined;

/**
 * Compiles what stands between the braces of a placeholder: a top-level key of that name, else a JSONPath of which only the
 * first match counts. Compiled once per configuration, since it runs for every data point.
 */
export const lookup = (path: string): Lookup => {
  const top = topLevel(path);
  if (/^[\w-]+$/.test(path)) return top;
  const deep = jsonPath(path);
  return (body) => top(body) ?? deep(body);
};
