import { map, tap } from 'rxjs';
import type { Operator, Sink } from '../../model/component.js';
import type { Fact } from '../../model/fact.js';
import { isKept } from '../../model/message.js';
import type { Data, Message, Values } from '../../model/message.js';

/** What one connector has done since the start. */
export interface ConnectorTotals {
  /** Messages that it handed to the storage. */
  readonly pushed: number;
  /** Connections that failed, and whatever else went wrong with the connector as a whole. */
  readonly failures: number;
  /** Messages that could not be converted. */
  readonly unconverted: number;
}

/** What has happened since the start. Only grows. */
export interface Totals {
  /** Messages that the platform acknowledged. */
  readonly delivered: number;
  /** Messages that left the storage for the platform. */
  readonly pulled: number;
  /** Telemetry and attribute points in them. */
  readonly telemetry: number;
  readonly attributes: number;
  /** Commands that the platform sent. */
  readonly commands: number;
  readonly connectors: ReadonlyMap<string, ConnectorTotals>;
}

/** Counts what passes, and what is said beside it. */
export interface Traffic {
  /** Stands before the storage. */
  readonly arriving: Operator;
  /** Stands behind the storage. */
  readonly leaving: Operator;
  /** Counts the commands that a sink sends back. */
  readonly around: (sink: Sink) => Sink;
  readonly hear: (fact: Fact) => void;
  /** The totals as they are now: they do not change afterwards. */
  readonly totals: () => Totals;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** Every message is counted: without a list of its keys. */
const count = (values: Values): number => {
  let n = 0;
  for (const key in values) if (Object.hasOwn(values, key)) n += 1;
  return n;
};

/** As `tap`, which makes a good deal more of it. */
const seen = (look: (message: Message) => void): Operator =>
  map((item) => {
    look(item.value);
    return item;
  });

/**
 * Counts messages and points of each connector for the statistics. `apart` are the names of components that are no connectors.
 *
 * Promises: nothing is changed, dropped or delayed; a few additions a message.
 */
export const traffic = (apart: ReadonlySet<string>): Traffic => {
  const sums = { delivered: 0, pulled: 0, telemetry: 0, attributes: 0, commands: 0 };
  const connectors = new Map<string, Mutable<ConnectorTotals>>();
  const of = (name: string): Mutable<ConnectorTotals> => {
    const known = connectors.get(name);
    if (known !== undefined) return known;
    const made = { pushed: 0, failures: 0, unconverted: 0 };
    connectors.set(name, made);
    return made;
  };
  const points = ({ telemetry, attributes }: Data): void => {
    for (const { values } of telemetry) sums.telemetry += count(values);
    sums.attributes += count(attributes);
  };
  const arrived = (message: Message): void => {
    if (!isKept(message) || message.connector === undefined || apart.has(message.connector)) return;
    of(message.connector).pushed += 1;
  };
  const left = (message: Message): void => {
    if (!isKept(message)) return;
    sums.pulled += 1;
    if (message.kind === 'data') points(message);
  };
  return {
    arriving: seen(arrived),
    leaving: seen(left),
    around: (sink) => (messages) => sink(messages).pipe(tap(() => (sums.commands += 1))),
    hear: (fact) => {
      if (fact.kind === 'count') {
        if (fact.counter === 'delivered') sums.delivered += fact.n;
        else if (fact.counter === 'failed' && !apart.has(fact.who)) of(fact.who).unconverted += fact.n;
      } else if (fact.kind === 'state' && !apart.has(fact.who)) {
        const one = of(fact.who);
        if (fact.code !== undefined && fact.phase !== 'disconnected') one.failures += 1;
      }
    },
    totals: () => ({ ...sums, connectors: new Map([...connectors].map(([name, one]) => [name, { ...one }])) }),
  };
};
