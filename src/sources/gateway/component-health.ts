import type { Fact } from '../../model/fact.js';
import { hasFailed } from '../../model/has-failed.js';
import type { Json, Values } from '../../model/message.js';

/** What the platform does not know yet. */
export interface News {
  readonly attributes: Values;
  readonly telemetry: Values;
  /** The platform is going to know it. */
  readonly taken: () => void;
}

/** How the components are, and how many errors they had lately. */
export interface ComponentHealth {
  /** Says whether there may be news now; `error`: an error was counted. */
  readonly hear: (fact: Fact) => 'error' | 'change' | undefined;
  /** The errors count from nought. */
  readonly reset: () => void;
  /** Undefined if there are none. */
  readonly news: () => News | undefined;
}

/** What an alert's attribute shows of its text. */
const LONGEST = 300;
const ALL = 'ALL_ERRORS_COUNT';

/** The connection to the platform tells its own state by being there. `apart`: components that are no connectors. */
const stateOf = (fact: Fact, apart: ReadonlySet<string>): string | undefined =>
  fact.kind === 'state' && !apart.has(fact.who) ? fact.phase : undefined;

const differing = (wanted: ReadonlyMap<string, Json>, known: ReadonlyMap<string, Json>): readonly [string, Json][] =>
  [...wanted].filter(([key, value]) => known.get(key) !== value);

/**
 * Keeps what the gateway says of its components: attributes `<name>_STATE` (the phase of a connector) and `<name>_ALERT` (what somebody should look
 * at, empty when it is mended), telemetry `<name>_ERRORS_COUNT` and `ALL_ERRORS_COUNT` (core.md §10).
 *
 * Promises: as many entries as there are components; only what has changed since it was last taken is news; an alert with another text and the same code
 * is no other alert.
 */
export const componentHealth = (apart: ReadonlySet<string>, first: Values = {}): ComponentHealth => {
  const attributes = new Map<string, Json>(Object.entries(first));
  const errors = new Map<string, Json>();
  const known = { attributes: new Map<string, Json>(), errors: new Map<string, Json>() };
  /** The code of each component's alert, and of its trouble as it said it itself. */
  const codes = new Map<string, string>();
  const troubles = new Map<string, string>();

  const count = (who: string, n: number): void => {
    for (const key of [`${who}_ERRORS_COUNT`, ALL]) errors.set(key, Number(errors.get(key) ?? 0) + n);
  };
  const alert = (who: string, code: string, text: string): void => {
    codes.set(who, code);
    attributes.set(`${who}_ALERT`, `${code}: ${text}`.slice(0, LONGEST));
  };
  const mended = (who: string): void => {
    codes.delete(who);
    troubles.delete(who);
    attributes.set(`${who}_ALERT`, '');
  };
  return {
    hear: (fact) => {
      const phase = stateOf(fact, apart);
      if (phase !== undefined) attributes.set(`${fact.who}_STATE`, phase);
      if (fact.kind === 'state') {
        // Without a code it has ended in order, and takes its trouble along.
        if (fact.phase === 'connected' || (fact.phase === 'disconnected' && fact.code === undefined)) mended(fact.who);
        // Of an outage of the platform its alert is enough: each try would be one more message to be stored until it is over.
        if (!hasFailed(fact) || apart.has(fact.who)) return 'change';
        troubles.set(fact.who, fact.code);
        count(fact.who, 1);
        return 'error';
      }
      if (fact.kind === 'alert') {
        if (codes.get(fact.who) === fact.code) return undefined;
        alert(fact.who, fact.code, fact.text);
        // Counted when it was said as a state.
        if (troubles.get(fact.who) === fact.code) return 'change';
        count(fact.who, 1);
        return 'error';
      }
      if (fact.kind !== 'count' || fact.counter !== 'failed') return undefined;
      count(fact.who, fact.n);
      return 'error';
    },
    reset: () => {
      for (const key of errors.keys()) errors.set(key, 0);
    },
    news: () => {
      const [said, counted] = [differing(attributes, known.attributes), differing(errors, known.errors)];
      if (said.length + counted.length === 0) return undefined;
      return {
        attributes: Object.fromEntries(said),
        telemetry: Object.fromEntries(counted),
        taken: () => {
          for (const [key, value] of said) known.attributes.set(key, value);
          for (const [key, value] of counted) known.errors.set(key, value);
        },
      };
    },
  };
};
