export interface Closable {
  readonly close: () => Promise<void>;
}

/**
 * What is open, to be closed last first.
 *
 * Promises: each is closed once, however often `close` is called; one that fails to close does not keep the others open; what is
 * added after `close` is closed at once. Itself closable, so that one can stand within another.
 */
export const closing = () => {
  const open: Closable[] = [];
  let closed = false;

  const quietly = (it: Closable): Promise<void> => it.close().catch((error: unknown) => console.error(String(error)));

  return {
    add: <A extends Closable>(it: A): A => {
      if (closed) void quietly(it);
      else open.push(it);
      return it;
    },
    close: async (): Promise<void> => {
      closed = true;
      for (let it = open.pop(); it !== undefined; it = open.pop()) await quietly(it);
    },
  };
};

export type Closing = ReturnType<typeof closing>;
