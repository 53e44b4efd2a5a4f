import { map } from 'rxjs';
import type { OperatorFunction } from 'rxjs';
import type { Envelope, Nack } from '../model/envelope.js';
import { envelope } from '../model/envelope.js';

const nothing = (): void => undefined;

/**
 * Puts plain values in flight, for sources that have nobody to answer to: their settlement is not heard.
 * `onAck` and `onNack` are called with the value where somebody does want to hear; `why` is a `Refused` (never) or an `Unavailable` (not now).
 */
export const enclose = <T>(
  onAck: (value: T) => void = nothing,
  onNack: (value: T, why: Nack) => void = nothing,
): OperatorFunction<T, Envelope<T>> =>
  map((value) =>
    envelope(
      value,
      () => onAck(value),
      (why) => onNack(value, why),
    ),
  );
