import * as t from 'io-ts';
import type { Fields, Section, SectionOf } from './codec.js';

/** A mistake that only the section as a whole shows: the key it is reported at, and what was expected there. */
export interface Mistake {
  readonly key: string;
  readonly expected: string;
  /** What stands there; absent: what the key holds. For a key that is a path into the section, such as `list[0].value`. */
  readonly found?: unknown;
}

/**
 * A section with a rule between its keys, asked when each key by itself is right. Each mistake is reported at its key's own path; the key
 * "" stands for the section.
 */
export const checked = <F extends Fields>(
  inner: Section<F>,
  rule: (value: SectionOf<F>) => readonly Mistake[],
): Section<F> => {
  const validate: t.Validate<unknown, SectionOf<F>> = (input, context) => {
    const decoded = inner.validate(input, context);
    if (decoded._tag === 'Left') return decoded;
    const given = new Map(Object.entries(decoded.right));
    const errors = rule(decoded.right).map(({ key, expected, found }) => {
      const type = new t.Type<unknown>(expected, t.unknown.is, t.unknown.validate, t.identity);
      const value = found ?? (key === '' ? input : given.get(key));
      return { value, context: t.appendContext(context, key, type, value) };
    });
    return errors.length > 0 ? t.failures(errors) : decoded;
  };
  const type = new t.Type<SectionOf<F>, unknown>(inner.name, inner.is, validate, t.identity);
  return Object.assign(type, { fields: inner.fields });
};
