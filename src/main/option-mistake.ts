import { parseArgs } from 'node:util';
import { nearestOf } from '../model/decode.js';

/** The options that there are, by their long names. */
type Known = Readonly<Record<string, { readonly type: 'string' | 'boolean'; readonly short?: string }>>;

/**
 * The first thing on a command line that is no option of these, or an option that lacks its value or may have none, in a sentence for a person.
 * Undefined if there is no such thing.
 */
export const optionMistake = (args: readonly string[], options: Known): string | undefined => {
  const { tokens } = parseArgs({ args: [...args], options, strict: false, tokens: true });
  for (const token of tokens) {
    if (token.kind !== 'option') continue;
    const { name, rawName, value, inlineValue } = token;
    const option = Object.hasOwn(options, name) ? options[name] : undefined;
    if (option === undefined) {
      const nearest = rawName.startsWith('--') ? nearestOf(name, Object.keys(options)) : undefined;
      const hint = nearest === undefined ? '--help lists all there are.' : `Did you mean "--${nearest}"?`;
      return `Unknown option ${JSON.stringify(rawName)}. ${hint}`;
    }
    if (option.type === 'boolean' && value !== undefined) return `The option ${rawName} takes no value.`;
    // What begins with a dash is the next option, unless it is joined with "=".
    if (option.type === 'string' && (value === undefined || (!inlineValue && value.startsWith('-'))))
      return `The option ${rawName} needs a value.`;
  }
  return undefined;
};
