/** A queue that releases its values in the order they were added, each once it and all before it are done. */
export interface InOrder<T> {
  /** Appends a value; the function given back says that it is done. */
  readonly add: (value: T) => () => void;
  readonly empty: () => boolean;
}

interface Place<T> {
  readonly value: T;
  done: boolean;
  next?: Place<T>;
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
      const place: Place<T> = { value, done: false };
      if (tail === undefined) head = place;
      else tail.next = place;
      tail = place;
      return () => {
        place.done = true;
        if (place === head) flush();
      };
    },
    empty: () => head === undefined,
  };
};
