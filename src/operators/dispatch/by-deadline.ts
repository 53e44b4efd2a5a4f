/** Things in the order of their deadlines; of one deadline in the order in which they came. */
export interface ByDeadline<T> {
  readonly add: (one: T) => void;
  readonly remove: (one: T) => void;
  readonly first: () => T | undefined;
  /** Takes out those that are due at this time. */
  readonly takeDue: (time: number) => readonly T[];
  readonly all: () => readonly T[];
}

/** Makes an empty one. Promises: finds places by halving, and adding what is due last costs the least. */
export const byDeadline = <T extends { readonly due: number }>(): ByDeadline<T> => {
  const sorted: T[] = [];
  /** The place behind everything that is due at this time. */
  const placeAfter = (time: number): number => {
    let [from, to] = [0, sorted.length];
    while (from < to) {
      const middle = (from + to) >> 1;
      if (sorted[middle]!.due <= time) from = middle + 1;
      else to = middle;
    }
    return from;
  };
  return {
    add: (one) => void sorted.splice(placeAfter(one.due), 0, one),
    remove: (one) => {
      const at = sorted.lastIndexOf(one, placeAfter(one.due) - 1);
      if (at >= 0) sorted.splice(at, 1);
    },
    first: () => sorted[0],
    takeDue: (time) => sorted.splice(0, placeAfter(time)),
    all: () => sorted,
  };
};
