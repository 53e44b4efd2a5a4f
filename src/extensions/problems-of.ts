import type { Problem } from '../model/codec.js';
import { isObject } from '../model/is-object.js';

const isProblem = (one: unknown): one is Problem =>
  isObject(one) && ['path', 'found', 'expected'].every((key) => typeof Reflect.get(one, key) === 'string');

/** What the `mistakes` of a user's connector has given, which may be nothing. Throws an error that says what it has to be. */
export const problemsOf = (given: unknown): readonly Problem[] => {
  if (given === undefined || given === null) return [];
  if (Array.isArray(given) && given.every(isProblem))
    return given.map(({ path, found, expected, nearest }) => ({
      path,
      found,
      expected,
      ...(typeof nearest === 'string' && { nearest }),
    }));
  throw new Error('it has to give a list of {path, found, expected}, which are texts');
};
