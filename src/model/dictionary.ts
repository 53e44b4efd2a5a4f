import * as t from 'io-ts';
import { isObject } from './is-object.js';

/** A JSON object whose keys the user chooses: names of loggers, of devices. */
export interface Dictionary<A> extends t.Type<ReadonlyMap<string, A>, unknown> {
  readonly values: t.Type<A, unknown>;
}

/** A codec for a JSON object of names. Every mistake in it is reported; a name may be anything, `__proto__` too, for it gives a map. */
export const dictionary = <A>(name: string, values: t.Type<A, unknown>): Dictionary<A> => {
  const validate: t.Validate<unknown, ReadonlyMap<string, A>> = (input, context) => {
    if (!isObject(input)) return t.failure(input, context);
    const errors: t.Errors = [];
    const result = new Map<string, A>();
    for (const [key, value] of Object.entries(input)) {
      const decoded = values.validate(value, t.appendContext(context, key, values, value));
      if (decoded._tag === 'Left') for (const error of decoded.left) errors.push(error);
      else result.set(key, decoded.right);
    }
    return errors.length > 0 ? t.failures(errors) : t.success(result);
  };
  const is = (value: unknown): value is ReadonlyMap<string, A> => value instanceof Map;
  return Object.assign(new t.Type<ReadonlyMap<string, A>, unknown>(name, is, validate, t.identity), { values });
};
