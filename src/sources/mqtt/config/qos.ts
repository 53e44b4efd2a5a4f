import * as t from 'io-ts';

type Qos = 0 | 1 | 2;

const isQos = (input: unknown): input is Qos => input === 0 || input === 1 || input === 2;

/** A quality of service as a file gives it. */
export const qos = new t.Type<Qos, unknown>(
  'a QoS (0, 1 or 2)',
  isQos,
  (input, context) => (isQos(input) ? t.success(input) : t.failure(input, context)),
  t.identity,
);
