import type { Json } from '../../model/message.js';

/** True of the content of an answer that says why there is none: an object with an `error`. */
export const isFailure = (content: Json): boolean =>
  typeof content === 'object' && content !== null && !Array.isArray(content) && Object.hasOwn(content, 'error');
