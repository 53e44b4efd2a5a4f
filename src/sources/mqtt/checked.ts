import * as t from 'io-ts';
import type { Fields, Section, SectionOf } from '../../model/codec.js';

/** A mistake that only the section as a whole shows: the key it is reported at, and what was expected there. */
export interface Mistake {
  readonly key: string;
  readonly expected: string;
}

/** A section with a rule between its keys. Each mistake is reported at its key's own path. */
export const checked = <F extends Fields>(
  inner: Section<F>,
  rule: (value: SectionOf<F>) => readonly Mistake[],
): Section<F> => {
  const validate: t.Validate<unknown, SectionOf<F>> = (input, context) => {
    const decoded = inner.validate(input, context);
    if (decoded._tag === 'Left') return decoded;
    const given = new Map(Object.entries(decoded.right));
    const errors = rule(decoded.right).map(({ key, expected }) => {
      const type = new t.Type<unknown>(expected, t.unknown.is, t.unknown.validate, t.identity);
      return { value: given.get(key), context: t.appendContext(context, key, type, given.get(key)) };
    });
    return errors.length > 0 ? t.failures(errors) : decoded;
  };
  const type = new t.Type<SectionOf<F>, unknown>(inner.name, inner.is, validate, t.identity);
  return Object.assign(type, { fields: inner.fields });
};
