/** Where a value stands. */
export interface Place<T> {
  readonly value: T;
  done: boolean;
  next: Place<T> | undefined;
}

/** A queue that releases its values in the order they were added, each once it and all before it are done. */
export interface InOrder<T> {
  /** Appends a value. */
  readonly add: (value: T) => Place<T>;
  readonly done: (place: Place<T>) => void;
  readonly empty: () => boolean;
}

/**
 * Puts what finishes in any order back into the order of arrival: MQTT wants PUBACKs in the order of their PUBLISHes
 * [MQTT-4.6.0-2].
 *
 * Promises: a value is released at most once, never before it is done, synchronously with the call that completes the
 * prefix. O(1) per value; what has been released is not held.
 */
export const inOrder = <T>(release: (value: T) => void): InOrder<T> => {
  let head: Place<T> | undefined;
  let tail: Place<T> | undefined;

  const flush = (): void => {
    while (head?.done === true) {
      const { value } = head;
      head = head.next;
      if (head === undefined) tail = undefined;
      release(value);
    }
  };

  return {
    add: (value) => {
      const place: Place<T> = { value, done: false, next: undefined };
      if (tail === undefined) head = place;
      else tail.next = place;
      tail = place;
      return place;
    },
    done: (place) => {
      place.done = true;
      if (place === head) flush();
    },
    empty: () => head === undefined,
  };
};
