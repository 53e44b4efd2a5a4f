import * as t from 'io-ts';
import type { Fields, Section } from './codec.js';

/**
 * A section that also knows keys of an older format: they are no misspellings, and they are documented. `modern` puts the input into the form of today
 * before it is read; without it somebody further out has done so. Mistakes have the paths of today's form.
 */
export const olderKeys = <F extends Fields>(
  inner: Section<F>,
  fields: Fields,
  modern: (input: unknown) => unknown = (input) => input,
): Section<F> =>
  Object.assign(
    new t.Type(inner.name, inner.is, (input, context) => inner.validate(modern(input), context), inner.encode),
    { fields: { ...fields, ...inner.fields } },
  );
