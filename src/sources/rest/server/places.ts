/** Why there is no place for a request, or its place. */
export type Place = { readonly leave: () => void } | undefined;

/** The bounds of what may be open at a time. */
export interface Places {
  /** A place for a request with a body of so many bytes; undefined if there is none. `leave` counts once. */
  readonly take: (bytes: number) => Place;
  /** Calls back as soon as nobody is in: at once, or when the last has left. */
  readonly whenEmpty: (then: () => void) => void;
}

/** Counts open requests and their bytes. Promises: one request always fits, however large. */
export const places = (most: { readonly requests: number; readonly bytes: number }): Places => {
  let open = 0;
  let bytes = 0;
  let waiting: (() => void)[] = [];
  return {
    take: (size) => {
      if (open > 0 && (open >= most.requests || bytes + size > most.bytes)) return undefined;
      open += 1;
      bytes += size;
      let inside = true;
      return {
        leave: () => {
          if (!inside) return;
          inside = false;
          open -= 1;
          bytes -= size;
          if (open > 0) return;
          const all = waiting;
          waiting = [];
          for (const then of all) then();
        },
      };
    },
    whenEmpty: (then) => {
      if (open === 0) then();
      else waiting.push(then);
    },
  };
};
