import { BehaviorSubject, filter, map, take } from 'rxjs';
import type { Observable } from 'rxjs';

export interface Quarantine<S> {
  /**
   * Emits once when this one may be sent: a suspect when it is the first in line, anybody else when there are no suspects. Undefined: it may be sent
   * at once.
   */
  readonly turn: (who: S) => Observable<void> | undefined;
  readonly has: (who: S) => boolean;
  readonly enter: (who: S) => void;
  readonly leave: (who: S) => void;
  /** A suspect was halved: its halves take its place in line. */
  readonly replace: (who: S, halves: readonly S[]) => void;
}

/**
 * Keeps suspects apart. Whatever was in flight when the platform ended a connection because of some publish is sent again alone, one
 * after the other, so that the next end convicts one and clears the others.
 *
 * Promises: while there is a suspect nobody else is let through; suspects go in the order in which they came.
 */
export const quarantine = <S>(): Quarantine<S> => {
  let line: S[] = [];
  const first = new BehaviorSubject<S | undefined>(undefined);
  const update = (next: S[]): void => {
    line = next;
    if (first.value !== line[0]) first.next(line[0]);
  };
  return {
    has: (who) => line.includes(who),
    enter: (who) => {
      if (!line.includes(who)) update([...line, who]);
    },
    leave: (who) => {
      if (line.includes(who)) update(line.filter((other) => other !== who));
    },
    replace: (who, halves) => update(line.flatMap((other) => (other === who ? halves : [other]))),
    turn: (who) => {
      const mine = line.length > 0 && line.includes(who) ? who : undefined;
      if (first.value === mine) return undefined;
      return first.pipe(
        filter((head) => head === mine),
        take(1),
        map(() => undefined),
      );
    },
  };
};
