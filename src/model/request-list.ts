import * as t from 'io-ts';

/** The incumbent writes a section without entries as `{}`. */
const isEmpty = (input: unknown): boolean =>
  typeof input === 'object' && input !== null && Object.keys(input).length === 0;

/** A list of requests, which may be `{}` when there are none. */
export const requestList = <A>(entry: t.Type<A, unknown>): t.Type<readonly A[], unknown> => {
  const list = t.readonlyArray(entry, 'a list of requests');
  return new t.ReadonlyArrayType(
    list.name,
    list.is,
    (input, context) => (isEmpty(input) ? t.success([]) : list.validate(input, context)),
    (value: readonly A[]): unknown => value,
    entry,
  );
};
