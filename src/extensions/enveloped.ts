import { envelope } from '../model/envelope.js';
import type { Envelope, Nack } from '../model/envelope.js';
import { isObject } from '../model/is-object.js';
import { inNameOf } from './crossing.js';

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
 * Promises: its `ack` and `nack` run in the name of the folder `own`. Whoever settles it is not hurt by what they throw or reject; that goes to `onFailure`.
 */
export const enveloped = (given: unknown, own: string, onFailure: (error: unknown) => void): Envelope<Emitted> => {
  if (!isEnvelope(given)) return envelope({ value: given, plain: true }, nothing, nothing);
  const safely = (settle: () => unknown): void => {
    try {
      const given = inNameOf(own, settle);
      // Of what is no promise it costs nothing to speak of, and a promise may be of any making.
      if (typeof given === 'object' && given !== null) Promise.resolve(given).catch(onFailure);
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
