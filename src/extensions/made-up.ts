import type { Converted } from '../operators/extract/converted.js';
import type { LoadedConverter } from './load-converter.js';
import { makeHalf } from './make-half.js';
import { seedForm } from './seed-form.js';

/**
 * Makes the way up of a loaded converter: what it says of a message, in the seed's forms or ours, read.
 *
 * Promises: throws nothing; an error instead of the function is the reason why there is none. The function throws what the user's code throws, and an
 * error that says what is wrong with a result that is no device's.
 */
export const madeUp = (
  loaded: LoadedConverter | Error,
  config: object,
): ((input: unknown) => readonly Converted[]) | Error => {
  const made = makeHalf(loaded, 'up', config);
  return made instanceof Error ? made : (input) => seedForm(made(input));
};
