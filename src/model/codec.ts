import * as t from 'io-ts';
import { isObject } from './is-object.js';

/** A mistake in a configuration. `path` is dotted from the file's root. */
export interface Problem {
  readonly path: string;
  readonly found: string;
  readonly expected: string;
  /** The valid key that resembles the one found. Absent: none does. */
  readonly nearest?: string;
}

/** One configuration key: how it is read, what it is when absent, and one sentence for the documentation. */
export interface Field<A> {
  readonly codec: t.Decoder<unknown, A>;
  readonly doc: string;
  /** `required`: absent is a mistake; `optional`: absent stays absent; `defaulted`: absent becomes `fallback`. */
  readonly presence: 'required' | 'optional' | 'defaulted';
  readonly fallback?: A;
  /** The key is read and checked, but changes nothing: not yet (`pending`), or never (`inert`: kept so that old files load). */
  readonly effect?: 'pending' | 'inert';
}

export interface Required<A> extends Field<A> {
  readonly presence: 'required';
}
export interface Optional<A> extends Field<A> {
  readonly presence: 'optional';
}
export interface Defaulted<A> extends Field<A> {
  readonly presence: 'defaulted';
  readonly fallback: A;
}

/** A key that must be there. */
export const required = <A>(codec: t.Decoder<unknown, A>, doc: string): Required<A> => ({
  codec,
  doc,
  presence: 'required',
});

/** A key that may be absent (or null), and then is absent from the result. */
export const optional = <A>(codec: t.Decoder<unknown, A>, doc: string): Optional<A> => ({
  codec,
  doc,
  presence: 'optional',
});

/** A key with a default, used when it is absent or null. */
export const defaulted = <A>(codec: t.Decoder<unknown, A>, fallback: A, doc: string): Defaulted<A> => ({
  codec,
  doc,
  presence: 'defaulted',
  fallback,
});

/** Marks a key that changes nothing yet. Where a file has it, a warning names it at the start. */
export const pending = <F extends Field<unknown>>(field: F): F => ({ ...field, effect: 'pending' });

/** Marks a key that has no meaning here and is only accepted, so that existing files load. It is named as {@link pending} keys are. */
export const inert = <F extends Field<unknown>>(field: F): F => ({ ...field, effect: 'inert' });

export type Fields = Readonly<Record<string, Field<unknown>>>;

type Value<F> = F extends Field<infer A> ? A : never;
type OptionalKeys<F extends Fields> = { [K in keyof F]: F[K]['presence'] extends 'optional' ? K : never }[keyof F];
export type SectionOf<F extends Fields> = { readonly [K in Exclude<keyof F, OptionalKeys<F>>]: Value<F[K]> } & {
  readonly [K in OptionalKeys<F>]?: Value<F[K]>;
};

/** A JSON object of known keys. Its `fields` are what the documentation is generated from. */
export interface Section<F extends Fields> extends t.Type<SectionOf<F>, unknown> {
  readonly fields: F;
}

const own = (value: Readonly<Record<string, unknown>>, key: string): unknown =>
  Object.hasOwn(value, key) ? value[key] : undefined;

/** A codec for a JSON object. Every mistake in it is reported, not only the first; keys it does not know are left out of the result. */
export const section = <F extends Fields>(name: string, fields: F): Section<F> => {
  const validate: t.Validate<unknown, SectionOf<F>> = (input, context) => {
    if (!isObject(input)) return t.failure(input, context);
    const errors: t.Errors = [];
    const result: [string, unknown][] = [];
    for (const [key, field] of Object.entries(fields)) {
      const value = own(input, key);
      const absent = value === undefined || (value === null && field.presence !== 'required');
      if (absent && field.presence === 'defaulted') result.push([key, field.fallback]);
      else if (!absent || field.presence === 'required') {
        const decoded = field.codec.validate(value, t.appendContext(context, key, field.codec, value));
        if (decoded._tag === 'Left') for (const error of decoded.left) errors.push(error);
        else result.push([key, decoded.right]);
      }
    }
    return errors.length > 0 ? t.failures(errors) : t.success(Object.fromEntries(result) as SectionOf<F>);
  };
  const type = new t.Type<SectionOf<F>, unknown, unknown>(name, isObject as never, validate, t.identity);
  return Object.assign(type, { fields });
};

/**
 * A codec that also tests the value. The name is what a report says was expected: "a port (1 to 65535)". Mistakes inside the value keep
 * their own paths and names.
 */
export const refine = <A>(codec: t.Type<A, unknown>, test: (value: A) => boolean, name: string): t.Type<A, unknown> =>
  new t.Type<A, unknown, unknown>(
    name,
    codec.is,
    (input, context) => {
      const decoded = codec.validate(input, context);
      if (decoded._tag === 'Right') return test(decoded.right) ? decoded : t.failure(input, context);
      const deeper = decoded.left.filter((error) => error.context.length > context.length);
      return deeper.length > 0 ? t.failures(deeper) : t.failure(input, context);
    },
    t.identity,
  );
