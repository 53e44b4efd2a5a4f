import { scan } from 'rxjs';
import type { OperatorFunction } from 'rxjs';
import type { Counter, Fact, Phase } from '../model/fact.js';

/** What the facts so far come to. Plain JSON. */
export interface Sums {
  /** Messages that the buffer held when it first said its depth and that no sum explains: left by a run that kept none. */
  readonly carried?: number;
  readonly received: number;
  readonly delivered: number;
  readonly queued: number;
  readonly queuedBytes: number;
  /** By reason: what stands behind `dropped.` in the counter's name. */
  readonly dropped: Readonly<Record<string, number>>;
  /** Every counter that was ever counted, summed over all components. */
  readonly counters: Readonly<Partial<Record<Counter, number>>>;
  /** The phase of every component that ever said one. */
  readonly phases: Readonly<Record<string, Phase>>;
}

/** Before any fact. */
export const noFacts: Sums = {
  received: 0,
  delivered: 0,
  queued: 0,
  queuedBytes: 0,
  dropped: {},
  counters: {},
  phases: {},
};

const sum = (numbers: Readonly<Record<string, number>>): number =>
  Object.values(numbers).reduce((total, n) => total + n, 0);

/**
 * What is missing (above 0) or there twice (below 0). Zero says that nothing was lost: received = delivered + queued + dropped.
 * Between the facts of one commit it may be off for a moment.
 */
export const balance = ({ carried = 0, received, delivered, queued, dropped }: Sums): number =>
  carried + received - delivered - queued - sum(dropped);

const DROPPED = 'dropped.';

/** What a storage has counted in its whole life takes the place of what was counted of it so far. */
const continued = (sums: Sums, kept: Readonly<Partial<Record<Counter, number>>>): Sums => {
  const counted = Object.entries({ ...sums.counters, ...kept }).filter(([, n]) => n > 0);
  const counters: Sums['counters'] = Object.fromEntries(counted);
  const drops = counted.filter(([counter]) => counter.startsWith(DROPPED));
  return {
    ...sums,
    counters,
    received: counters.received ?? 0,
    delivered: counters.delivered ?? 0,
    dropped: Object.fromEntries(drops.map(([counter, n]) => [counter.slice(DROPPED.length), n])),
  };
};

/** Adds one fact to the sums. */
export const add = (sums: Sums, fact: Fact): Sums => {
  switch (fact.kind) {
    case 'state':
      // A computed key is always an own one, even `__proto__`.
      return sums.phases[fact.who] === fact.phase
        ? sums
        : { ...sums, phases: { ...sums.phases, [fact.who]: fact.phase } };
    case 'depth': {
      const before = fact.sums === undefined ? sums : continued(sums, fact.sums);
      const now = { ...before, queued: fact.records, queuedBytes: fact.bytes };
      return sums.carried === undefined ? { ...now, carried: Math.max(0, -balance(now)) } : now;
    }
    case 'alert':
      return sums;
    case 'count': {
      const { counter, n } = fact;
      const counters = { ...sums.counters, [counter]: (sums.counters[counter] ?? 0) + n };
      if (counter === 'received') return { ...sums, counters, received: sums.received + n };
      if (counter === 'delivered') return { ...sums, counters, delivered: sums.delivered + n };
      if (!counter.startsWith(DROPPED)) return { ...sums, counters };
      const reason = counter.slice(DROPPED.length);
      return { ...sums, counters, dropped: { ...sums.dropped, [reason]: (sums.dropped[reason] ?? 0) + n } };
    }
  }
};

/** Emits the sums after each fact. */
export const tally = (): OperatorFunction<Fact, Sums> => scan(add, noFacts);
