import { split } from '../../model/envelope.js';
import type { Envelope, Nack } from '../../model/envelope.js';

/** What was reported with one message, until that message is settled; and those that wait to hear how that ends. */
export interface Flight<P> {
  readonly points: P[];
  readonly followers: Envelope<unknown>[];
}

/** Both ends of a flight. */
export interface Landing<P> {
  readonly landed: (flight: Flight<P>) => void;
  /** What it carried may never arrive. */
  readonly crashed: (flight: Flight<P>) => void;
}

/**
 * Settles a message whose points were looked at: `left` is what is left of it, if anything.
 *
 * Promises: a value that was held back because the same value is on its way is acknowledged no sooner than that one, and comes back as
 * that one does: an acknowledged value is on disk, if only by its twin. Every parent is settled exactly once.
 */
export const launch = <T, P>(
  parent: Envelope<unknown>,
  left: T | undefined,
  own: Flight<P>,
  twins: ReadonlySet<Flight<P>>,
  { landed, crashed }: Landing<P>,
): Envelope<T> | undefined => {
  const duties: (Flight<P> | T)[] = [...twins, ...(left === undefined ? [] : [left])];
  const children = split(parent, duties);
  let i = 0;
  for (const flight of twins) flight.followers.push(children[i++]!);
  const last = children[i];
  if (left === undefined || last === undefined) return undefined;
  let settled = false;
  const settle = (why?: Nack): void => {
    if (settled) return;
    settled = true;
    (why === undefined ? landed : crashed)(own);
    for (const follower of own.followers) {
      if (why === undefined) follower.ack();
      else follower.nack(why);
    }
    if (why === undefined) last.ack();
    else last.nack(why);
  };
  return { value: left, ack: () => settle(), nack: settle };
};
