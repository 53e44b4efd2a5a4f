import * as t from 'io-ts';
import type { Fields, Section, SectionOf } from '../../../model/codec.js';
import { isObject } from '../../../model/is-object.js';

const has = (rule: Readonly<Record<string, unknown>>, key: string): boolean =>
  Object.hasOwn(rule, key) && rule[key] !== undefined && rule[key] !== null;

/** A rule that says what is published: by its `valueExpression`, or by a converter of the user's own. That one of them is missing is told beside all other mistakes. */
export const orExtension = <F extends Fields>(rule: Section<F>): Section<F> => {
  const validate: t.Validate<unknown, SectionOf<F>> = (input, context) => {
    const decoded = rule.validate(input, context);
    if (!isObject(input) || has(input, 'extension') || has(input, 'valueExpression')) return decoded;
    const missing = { value: undefined, context: t.appendContext(context, 'valueExpression', t.string) };
    return t.failures([...(decoded._tag === 'Left' ? decoded.left : []), missing]);
  };
  const type = new t.Type<SectionOf<F>, unknown>(rule.name, rule.is, validate, t.identity);
  return Object.assign(type, { fields: rule.fields });
};
