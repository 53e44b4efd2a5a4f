/** What was asked, so that the answer finds its way. */
export interface Asked {
  readonly device: string;
  /** Who asked: the answer is for it. */
  readonly connector?: string;
  readonly id: number;
  readonly scope: 'client' | 'shared';
}

export interface Answers {
  /** Remembers a request and gives it an id that no other request of this connection has. */
  readonly ask: (asked: Asked) => number;
  /** What the id stood for, once. */
  readonly take: (id: number) => Asked | undefined;
}

const MOST = 1_000;

/**
 * The attribute requests that wait for their answer. The platform wants ids that are unique over all devices of a connection, while each source
 * counts for itself.
 *
 * Promises: ids are never used twice in a process, so a late answer never reaches another request. The platform answers some requests never:
 * beyond a thousand the oldest is forgotten.
 */
export const answers = (): Answers => {
  const waiting = new Map<number, Asked>();
  let last = 0;
  return {
    ask: (asked) => {
      last = last >= 2_147_483_647 ? 1 : last + 1;
      waiting.set(last, asked);
      const oldest = waiting.keys().next();
      if (waiting.size > MOST && oldest.done !== true) waiting.delete(oldest.value);
      return last;
    },
    take: (id) => {
      const asked = waiting.get(id);
      waiting.delete(id);
      return asked;
    },
  };
};
