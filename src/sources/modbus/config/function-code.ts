import * as t from 'io-ts';

/** The function codes of Modbus that are used here. */
export type FunctionCode = 1 | 2 | 3 | 4 | 5 | 6 | 15 | 16;

/** A codec for one of these function codes. */
export const functionCode = <C extends FunctionCode>(allowed: readonly C[]): t.Type<C, unknown> => {
  const is = (value: unknown): value is C => allowed.some((code) => code === value);
  return new t.Type<C, unknown>(
    `a function code: ${allowed.join(', ')}`,
    is,
    (input, context) => (is(input) ? t.success(input) : t.failure(input, context)),
    t.identity,
  );
};
