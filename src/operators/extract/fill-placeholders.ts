import type { Json } from '../../model/message.js';
import { lookup } from './lookup.js';
import { placeholders } from './placeholders.js';

/** What placeholders stand for: words by their own name, everything else is looked up in `data` and shown by `show`. */
export interface Filling {
  readonly words: ReadonlyMap<string, string>;
  readonly data?: Json;
  readonly show?: (value: Json) => string;
}

/**
 * Compiles a text with placeholders of what goes to a device. All are replaced in one pass: what is pasted in is never looked at again.
 * A placeholder that stands for nothing stays as it is written.
 */
export const fillPlaceholders = (text: string): ((filling: Filling) => string) => {
  const parts = placeholders(text).map((part) =>
    typeof part === 'string' ? part : { ...part, find: lookup(part.path) },
  );
  return ({ words, data = null, show = JSON.stringify }) =>
    parts
      .map((part) => {
        if (typeof part === 'string') return part;
        const word = words.get(part.path);
        if (word !== undefined) return word;
        const found = part.find(data);
        return found === undefined ? part.text : show(found);
      })
      .join('');
};
