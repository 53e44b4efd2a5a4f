import { isDeepStrictEqual } from 'node:util';
import { map } from 'rxjs';
import type { OperatorFunction } from 'rxjs';
import type { Envelope } from '../model/envelope.js';
import { Refused, Unavailable } from '../model/errors.js';

/** What a sink can do with a value. */
const verbs = {
  acks: (item) => item.ack(),
  refuses: (item) => item.nack(new Refused('PLATFORM_REFUSED', 'refused in a drawing')),
  defers: (item) => item.nack(new Unavailable('DEVICE_DEFERRED', 'deferred in a drawing')),
} satisfies Record<string, (item: Envelope<unknown>) => void>;

export type Verb = keyof typeof verbs;

interface Said {
  readonly verb: Verb;
  readonly value: unknown;
  readonly at: number;
}

export interface DrawnSink<T> {
  /** Takes envelopes and lets their values be seen. */
  readonly take: OperatorFunction<Envelope<T>, T>;
  /** Settles the value of this kind that came first, or one that comes in the same millisecond. */
  readonly say: (verb: Verb, value: unknown) => void;
  /** What was said of values that had not come. */
  readonly unheard: () => readonly Said[];
}

/** A sink that does what it is told and when. `obedient`: it is told nothing and acknowledges each value as it comes. */
export const drawnSink = <T>(obedient: boolean, now: () => number): DrawnSink<T> => {
  const held: Envelope<T>[] = [];
  const early: Said[] = [];
  const taken = <E>(list: E[], test: (one: E) => boolean): E | undefined => {
    const found = list.findIndex(test);
    return found < 0 ? undefined : list.splice(found, 1)[0];
  };
  return {
    take: map((item) => {
      // Within one millisecond a timer of the pipeline may come after the sink's line.
      const said = taken(early, ({ value, at }) => at === now() && isDeepStrictEqual(value, item.value));
      if (said) verbs[said.verb](item);
      else if (obedient) item.ack();
      else held.push(item);
      return item.value;
    }),
    say: (verb, value) => {
      const item = taken(held, (one) => isDeepStrictEqual(one.value, value));
      if (item) verbs[verb](item);
      else early.push({ verb, value, at: now() });
    },
    unheard: () => early,
  };
};
