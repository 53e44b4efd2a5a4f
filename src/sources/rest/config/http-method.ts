import * as t from 'io-ts';

const known = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'] as const;

export type HttpMethod = (typeof known)[number];

const isMethod = (value: unknown): value is HttpMethod => known.some((one) => one === value);

/** The name of an HTTP method, in any case. */
export const httpMethod = new t.Type<HttpMethod, unknown, unknown>(
  `one of ${known.join(', ')}`,
  isMethod,
  (input, context) => {
    const text = typeof input === 'string' ? input.trim().toUpperCase() : input;
    return isMethod(text) ? t.success(text) : t.failure(input, context);
  },
  t.identity,
);
