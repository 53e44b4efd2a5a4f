import type { Json } from '../../model/message.js';
import { template } from './template.js';
import { textOf } from './text-of.js';

/**
 * Compiles a topic or URL whose parts between slashes may hold placeholders of an RPC's data (`{method, id, params}`).
 * One that finds nothing stays as it is written.
 */
export const replaceParams = (text: string): ((data: Json) => string) => {
  const fill = template(text, 'keep');
  return (data) => textOf(fill(data) ?? text);
};
