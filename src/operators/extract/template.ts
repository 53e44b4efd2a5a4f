import type { Json } from '../../model/message.js';
import { lookup } from './lookup.js';
import { placeholders } from './placeholders.js';
import { textOf } from './text-of.js';

/**
 * Compiles a text with placeholders into a function of the body.
 *
 * - A lone placeholder gives the value as it is, of any type.
 * - Several parts give text.
 * - A text without placeholders is a constant.
 *
 * A placeholder that finds nothing, or null: with `drop` there is no result at all, for a combination of which half is
 * missing says something that nobody measured; with `keep` its own text stays, so that a person sees what was missing.
 */
export const template = (text: string, missing: 'drop' | 'keep' = 'drop'): ((body: Json) => Json | undefined) => {
  const parts = placeholders(text).map((part) => {
    if (typeof part === 'string') return () => part;
    const find = lookup(part.path);
    const otherwise = missing === 'keep' ? part.text : undefined;
    return (body: Json): Json | undefined => find(body) ?? otherwise;
  });
  const [first, ...others] = parts;
  if (!first) return () => text;
  if (others.length === 0) return first;
  return (body) => {
    let result = '';
    for (const part of parts) {
      const value = part(body);
      if (value === undefined) return undefined;
      result += textOf(value);
    }
    return result;
  };
};
