import { map } from 'rxjs';
import type { OperatorFunction } from 'rxjs';
import type { Envelope } from '../model/envelope.js';
import { envelope } from '../model/envelope.js';

const nothing = (): void => undefined;

/**
 * Puts plain values in flight, for sources that have nobody to answer to: their settlement is not heard.
 * `onAck` and `onNack` are called with the value where somebody does want to hear.
 */
export const enclose = <T>(
  onAck: (value: T) => void = nothing,
  onNack: (value: T) => void = nothing,
): OperatorFunction<T, Envelope<T>> =>
  map((value) =>
    envelope(
      value,
      () => onAck(value),
      () => onNack(value),
    ),
  );
