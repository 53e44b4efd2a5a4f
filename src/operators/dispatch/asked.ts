import type { AttributeRequest } from '../../model/message.js';

interface Asked {
  readonly connector: string | undefined;
  readonly id: number;
}

/** The attribute requests of all sources under ids that no two of them share. */
export interface AskedAttributes {
  /** The request as it leaves. */
  readonly ask: (request: AttributeRequest) => AttributeRequest;
  /** Who asked, and under which id; once. */
  readonly take: (id: number) => Asked | undefined;
}

const MOST = 10_000;

/**
 * Remembers who asked for attributes: each source counts its requests for itself.
 *
 * Promises: an id is used once. The platform answers some requests never: beyond 10,000 the oldest is forgotten.
 */
export const askedAttributes = (): AskedAttributes => {
  const waiting = new Map<number, Asked>();
  let last = 0;
  return {
    ask: (request) => {
      last += 1;
      waiting.set(last, { connector: request.connector, id: request.id });
      const oldest = waiting.keys().next();
      if (waiting.size > MOST && oldest.done !== true) waiting.delete(oldest.value);
      return { ...request, id: last };
    },
    take: (id) => {
      const asked = waiting.get(id);
      waiting.delete(id);
      return asked;
    },
  };
};
