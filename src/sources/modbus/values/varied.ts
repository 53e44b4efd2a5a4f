import type { Json } from '../../../model/message.js';

/** The texts under which a value may stand: JSON's, and Python's, which files of the incumbent have: True, 21.0. */
const textsOf = (value: Json): readonly string[] => {
  if (typeof value === 'string') return [value];
  const text = JSON.stringify(value);
  if (typeof value === 'boolean') return [text, value ? 'True' : 'False'];
  return typeof value === 'number' && Number.isInteger(value) ? [text, `${text}.0`] : [text];
};

/** What stands in `variants` for a value, found by its text; a value that has none is itself, and so is null. */
export const varied = (variants: ReadonlyMap<string, unknown> | undefined): ((value: Json) => Json) => {
  if (variants === undefined || variants.size === 0) return (value) => value;
  return (value) => {
    const found = value === null ? undefined : textsOf(value).find((text) => variants.has(text));
    return found === undefined ? value : (variants.get(found) as Json);
  };
};
