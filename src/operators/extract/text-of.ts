import type { Json } from '../../model/message.js';

/** The text form of a value where it is pasted into other text: a text as it is, anything else as compact JSON (`true`, `21.5`, `{"a":1}`). */
export const textOf = (value: Json): string => (typeof value === 'string' ? value : JSON.stringify(value));
