import { map, tap } from 'rxjs';
import type { Exchanged, Operator, Sink } from '../../model/component.js';
import type { Fact } from '../../model/fact.js';
import { hasFailed } from '../../model/has-failed.js';
import { isKept } from '../../model/message.js';
import type { Data, Message, Values } from '../../model/message.js';

/** What one connector has done since the start. */
export interface ConnectorTotals extends Exchanged {
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
  /** What a connector has exchanged can be read here. The latest reader of a connector counts; what earlier ones said is added to it. */
  readonly meter: (connector: string, read: () => Exchanged) => void;
  /** The totals as they are now: they do not change afterwards. */
  readonly totals: () => Totals;
}

type Counted = { -readonly [K in Exclude<keyof ConnectorTotals, keyof Exchanged>]: ConnectorTotals[K] };

const nothing: Exchanged = { received: 0, receivedBytes: 0, sent: 0, sentBytes: 0 };
const polling = ['polls', 'pollsSkipped', 'pollsLateMs'] as const satisfies readonly (keyof Exchanged)[];
const sum = (a: Exchanged, b: Exchanged): Exchanged => ({
  received: a.received + b.received,
  receivedBytes: a.receivedBytes + b.receivedBytes,
  sent: a.sent + b.sent,
  sentBytes: a.sentBytes + b.sentBytes,
  ...Object.fromEntries(
    polling
      .filter((key) => a[key] !== undefined || b[key] !== undefined)
      .map((key) => [key, (a[key] ?? 0) + (b[key] ?? 0)]),
  ),
});

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
  const connectors = new Map<string, Counted>();
  const readers = new Map<string, () => Exchanged>();
  const of = (name: string): Counted => {
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
        if (hasFailed(fact)) one.failures += 1;
      }
    },
    meter: (connector, read) => {
      const before = readers.get(connector)?.() ?? nothing;
      of(connector);
      readers.set(connector, () => sum(before, read()));
    },
    totals: () => {
      const all = [...connectors].map(
        ([name, one]) => [name, { ...one, ...(readers.get(name)?.() ?? nothing) }] as const,
      );
      return { ...sums, connectors: new Map(all) };
    },
  };
};
