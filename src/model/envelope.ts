import type { Refused, Unavailable } from './errors.js';
import { Refused as RefusedError } from './errors.js';

/** Why an envelope was not taken. */
export type Nack = Refused | Unavailable;

/**
 * A value in flight and the duty to say how its journey ended.
 *
 * It is settled at most once: the first of `ack` and `nack` counts, later calls do nothing. It is settled exactly once if the
 * stream completes. Teardown settles nothing, so that whoever still holds the value offers it again.
 */
export interface Envelope<out T> {
  readonly value: T;
  /** The journey ended well: what this means is written at the buffer (on disk) and at the sink (PUBACK with reason 0). */
  readonly ack: () => void;
  readonly nack: (why: Nack) => void;
}

/** Puts a value in flight. `onAck` and `onNack` are called at most once, and never both. */
export const envelope = <T>(value: T, onAck: () => void, onNack: (why: Nack) => void): Envelope<T> => {
  let settled = false;
  return {
    value,
    ack: () => {
      if (settled) return;
      settled = true;
      onAck();
    },
    nack: (why) => {
      if (settled) return;
      settled = true;
      onNack(why);
    },
  };
};

/** The same journey with another value. */
export const replace = <A, B>(parent: Envelope<A>, value: B): Envelope<B> => ({
  value,
  ack: parent.ack,
  nack: parent.nack,
});

/** The worst of two outcomes: a later try may still help `Unavailable`, so it outranks `Refused`, or a child would be given up unheard. */
const worse = (a: Nack | undefined, b: Nack | undefined): Nack | undefined => {
  if (a === undefined || b === undefined) return a ?? b;
  return a instanceof RefusedError ? b : a;
};

/**
 * One journey becomes many. The parent is settled when its last child is, with the worst outcome
 * (`Unavailable` before `Refused` before ack). No values: the parent is acknowledged at once.
 */
export const split = <A, B>(parent: Envelope<A>, values: readonly B[]): readonly Envelope<B>[] => {
  if (values.length === 0) {
    parent.ack();
    return [];
  }
  if (values.length === 1) return [replace(parent, values[0] as B)];
  let open = values.length;
  let worst: Nack | undefined;
  const close = (why?: Nack): void => {
    worst = worse(worst, why);
    open -= 1;
    if (open > 0) return;
    if (worst) parent.nack(worst);
    else parent.ack();
  };
  return values.map((value) => envelope(value, close, close));
};

/** Many journeys become one. However it ends, each parent ends so. */
export const join = <A, B>(parents: readonly Envelope<A>[], value: B): Envelope<B> =>
  envelope(
    value,
    () => parents.forEach((parent) => parent.ack()),
    (why) => parents.forEach((parent) => parent.nack(why)),
  );
