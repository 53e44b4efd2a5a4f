import { defer, EMPTY, ignoreElements, Subject, takeWhile } from 'rxjs';
import type { Observable } from 'rxjs';

/** The bounds that stop the reading. */
export interface Bounds {
  /** Messages that wait for their settling. */
  readonly messages: number;
  /** Bytes of payload that wait for their settling. */
  readonly bytes: number;
}

/** The account of what a source has handed on and not seen settled. */
export interface Unsettled {
  /** So many messages of so many bytes. A message of QoS 0 counts as none: `shed` counts those. */
  readonly enter: (messages: number, bytes: number) => void;
  readonly leave: (messages: number, bytes: number) => void;
  /** True at or above a bound. */
  readonly full: () => boolean;
  /** Completes as soon as it is not full: at once, or when enough has left. */
  readonly room: Observable<never>;
  /** Completes as soon as nothing is unsettled. */
  readonly drained: Observable<never>;
}

/**
 * Counts what is unsettled, over all connections of a source: what an earlier connection brought still lies in memory.
 *
 * Promises: one message always fits, however large, so a source cannot get stuck; waiting costs no timer.
 */
export const unsettled = (bounds: Bounds): Unsettled => {
  const left = new Subject<void>();
  let open = 0;
  let messages = 0;
  let bytes = 0;

  const full = (): boolean => messages >= bounds.messages || bytes >= bounds.bytes;
  const waitWhile = (test: () => boolean): Observable<never> =>
    defer(() => (test() ? left.pipe(takeWhile(test), ignoreElements()) : EMPTY));

  return {
    enter: (count, size) => {
      open += 1;
      messages += count;
      bytes += size;
    },
    leave: (count, size) => {
      open -= 1;
      messages -= count;
      bytes -= size;
      if (left.observed) left.next();
    },
    full,
    room: waitWhile(full),
    drained: waitWhile(() => open > 0),
  };
};
