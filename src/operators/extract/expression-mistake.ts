import { placeholders } from './placeholders.js';
import { regexMistake } from './regex-mistake.js';

const unclosed = (text: string): boolean =>
  placeholders(text).some((part) => typeof part === 'string' && part.lastIndexOf('${') > part.lastIndexOf('}'));

/**
 * What a configuration should have given instead of this expression, by where its value comes from (`message` if nothing is said). Undefined: it is a
 * good one.
 *
 * A `${` without its `}` would be text for ever, and a device or key of that name is never meant. A constant may have placeholders as well.
 */
export const expressionMistake = (source: string | undefined, expression: string): string | undefined => {
  if (source === 'topic') return regexMistake(expression);
  return unclosed(expression) ? 'a "}" for each "${"' : undefined;
};
