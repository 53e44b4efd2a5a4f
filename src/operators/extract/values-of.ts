import type { Json } from '../../model/message.js';
import { lookup } from './lookup.js';
import { parsedBody } from './parsed-body.js';
import { placeholders } from './placeholders.js';
import { textOf } from './text-of.js';

interface Options {
  /** `string` (any case) turns what is found into text. */
  readonly type?: string;
  /** What a placeholder that finds nothing becomes: null, or its own text. */
  readonly missing?: 'null' | 'expression';
}

/** Compiles an expression for many values: one for each placeholder, in order. A text without placeholders is a constant, alone in its list. */
export const valuesOf = (
  text: string,
  { type = '', missing = 'null' }: Options = {},
): ((body: Json) => readonly Json[]) => {
  const asText = type.toLowerCase() === 'string';
  const finders = placeholders(text)
    .filter((part) => typeof part !== 'string')
    .map((hole) => ({ hole, find: lookup(hole.path) }));
  if (finders.length === 0) return () => [text];
  return (input) => {
    const body = parsedBody(input);
    return finders.map(({ hole, find }) => {
      const found = find(body) ?? null;
      if (found === null) return missing === 'expression' ? hole.text : null;
      return asText ? textOf(found) : found;
    });
  };
};
