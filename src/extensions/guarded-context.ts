import type { Context, Exchanged } from '../model/component.js';
import type { Fact, State } from '../model/fact.js';
import { soundFact } from './sound-fact.js';

const NOTHING: Exchanged = { received: 0, receivedBytes: 0, sent: 0, sentBytes: 0 };

const soundly = <A, B>(f: (value: A) => B, otherwise: B, isRight: (result: unknown) => boolean): ((value: A) => B) => {
  return (value) => {
    try {
      const result = f(value);
      return isRight(result) ? result : otherwise;
    } catch {
      return otherwise;
    }
  };
};

const isNumber = (value: unknown): boolean => typeof value === 'number' && Number.isFinite(value);

/**
 * The context that a user's connector is given.
 *
 * Promises: facts are said in the connector's own name, and a phase is not said twice in a row, whether the connector or whoever supervises it says it;
 * nothing follows `disabled` but a new start. What cannot be a fact is not said. The functions that the connector hands over may throw: then they say nothing.
 */
export const guardedContext = ({ name: who, fact, meter, wants, patience, ...rest }: Context): Context => {
  let latest: State['phase'] | undefined;
  const say = (given: Fact): void => {
    const said = soundFact(given, who);
    if (said === undefined) return;
    if (said.kind === 'state') {
      const repeats = said.phase === latest && said.phase !== 'reconnecting' && said.phase !== 'refused';
      if (repeats || (latest === 'disabled' && said.phase !== 'connecting')) return;
      latest = said.phase;
    }
    fact(said);
  };
  return {
    ...rest,
    name: who,
    fact: say,
    ...(meter && {
      meter: (read) => {
        const safe = soundly(read, NOTHING, (it) => typeof it === 'object' && Object.values(it ?? {}).every(isNumber));
        meter(() => ({ ...NOTHING, ...safe(undefined) }));
      },
    }),
    ...(wants && {
      wants: (keysOf) => {
        const texts = (keys: unknown): boolean => Array.isArray(keys) && keys.every((key) => typeof key === 'string');
        wants(soundly(keysOf, [], texts));
      },
    }),
    ...(patience && { patience: (of) => patience(soundly(of, 0, isNumber)) }),
  };
};
