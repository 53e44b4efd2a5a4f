/** First in, first out. Every operation takes constant time on average. */
export interface Fifo<T> {
  readonly push: (value: T) => void;
  readonly shift: () => T | undefined;
  readonly peek: () => T | undefined;
  readonly size: () => number;
}

/** Makes an empty queue. Promises that what was taken out is not kept in memory. */
export const fifo = <T>(): Fifo<T> => {
  let items: (T | undefined)[] = [];
  let head = 0;
  return {
    push: (value) => {
      items.push(value);
    },
    peek: () => items[head],
    shift: () => {
      const value = items[head];
      if (head < items.length) {
        items[head] = undefined;
        head += 1;
      }
      if (head === items.length) {
        items = [];
        head = 0;
      } else if (head >= 256 && head * 2 >= items.length) {
        items = items.slice(head);
        head = 0;
      }
      return value;
    },
    size: () => items.length - head,
  };
};
