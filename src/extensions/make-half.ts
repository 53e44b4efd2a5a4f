import { isPromise } from './is-promise.js';
import type { LoadedConverter } from './load-converter.js';

/** One way of a user's converter that is ready to convert. It throws what the user's code throws, and never gives a promise. */
export type MadeHalf = (input: unknown) => unknown;

/**
 * Makes one way of a loaded converter with its configuration, of which it gets a copy.
 *
 * Promises: throws nothing. What the user's code throws, or gives instead of a function, is the error in the result, and so is that of a converter which
 * was not loaded, or has not this way.
 */
export const makeHalf = (loaded: LoadedConverter | Error, way: 'up' | 'down', config: object): MadeHalf | Error => {
  if (loaded instanceof Error) return loaded;
  const half = loaded[way];
  if (half === undefined) return new Error(`it has no \`${way}\``);
  try {
    const made = half(structuredClone(config) as never);
    if (isPromise(made)) return new Error('it gives a promise, and has to give a function of the message');
    if (typeof made !== 'function')
      return new Error('it does not give a function of the message: a converter is (config) => (message) => result');
    return (input) => {
      const result: unknown = (made as MadeHalf)(input);
      if (isPromise(result)) throw new Error('the converter gave a promise: it has to answer at once');
      return result;
    };
  } catch (thrown) {
    return thrown instanceof Error ? thrown : new Error(String(thrown));
  }
};
