import { envelope } from '../model/envelope.js';
import type { Envelope, Nack } from '../model/envelope.js';
import { isObject } from '../model/is-object.js';
import { isPromise } from './is-promise.js';

/** What a user's source has emitted. */
export interface Emitted {
  readonly value: unknown;
  /** It came without an envelope: its source does not wait. */
  readonly plain: boolean;
}

/** What looks like an envelope. What its functions give, and that they use `this`, is the user's affair. */
interface Untrusted {
  readonly value: unknown;
  readonly ack: () => unknown;
  readonly nack: (why: Nack) => unknown;
}

const nothing = (): void => undefined;

const isEnvelope = (given: unknown): given is Untrusted =>
  isObject(given) && typeof given.ack === 'function' && typeof given.nack === 'function' && 'value' in given;

/**
 * Puts what a user's source has emitted in flight, unless it is in flight already.
 *
 * Promises: whoever settles it is not hurt by what the user's `ack` and `nack` throw; that goes to `onFailure`.
 */
export const enveloped = (given: unknown, onFailure: (error: unknown) => void): Envelope<Emitted> => {
  if (!isEnvelope(given)) return envelope({ value: given, plain: true }, nothing, nothing);
  const safely = (settle: () => unknown): void => {
    try {
      isPromise(settle());
    } catch (error) {
      onFailure(error);
    }
  };
  return envelope(
    { value: given.value, plain: false },
    () => safely(() => given.ack()),
    (why: Nack) => safely(() => given.nack(why)),
  );
};
