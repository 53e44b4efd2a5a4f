import type { SubjectName } from './options.js';

/** What the ledger counts against a subject. */
export interface Counted {
  readonly lost: number;
  readonly duplicated: number;
  readonly outOfOrder: number;
}

/** The figures of one subject in one round, by key; those of scenarios that were left out are absent. */
export type Round = ReadonlyMap<string, number>;

/** The median of another figure of the same subject, or of another one; undefined if it was not measured. */
export type Find = (key: string, subject?: SubjectName) => number | undefined;

/** Whether a value is as it should be; undefined without what that needs. */
type Met = (value: number, find: Find) => boolean | undefined;

export interface Target {
  readonly text: string;
  readonly met: Met;
  /** Less than the target, but what it must not fall behind in any case. Default: the target itself. */
  readonly floor?: { readonly text: string; readonly met: Met };
}

export interface Figure {
  readonly key: string;
  readonly label: string;
  readonly digits: number;
  /** For the gateway on SQLite, which is what ships. */
  readonly target?: Target;
  /** Counts of what must not happen: summed over the rounds and demanded of every storage. */
  readonly sum?: boolean;
  /** false: the ratio to the pass-through says nothing. */
  readonly ratio?: boolean;
}

const most = (limit: number, unit: string): Target => ({ text: `≤ ${limit} ${unit}`, met: (value) => value <= limit });
const least = (limit: number): Target => ({ text: `≥ ${limit}`, met: (value) => value >= limit });
const none: Target = { text: '0', met: (value) => value === 0 };

const against =
  (key: string, met: (value: number, other: number) => boolean, subject?: SubjectName): Met =>
  (value, find) => {
    const other = find(key, subject);
    return other === undefined ? undefined : met(value, other);
  };

/** What it is to the pass-through's. */
const passing = (key: string, met: (value: number, base: number) => boolean): Met => against(key, met, 'pass-through');
const atLeast = (key: string, factor: number) => ({
  text: `≥ ${factor.toFixed(1)} ×`,
  met: passing(key, (value, base) => value >= factor * base),
});
const atMost = (key: string, factor: number) => ({
  text: `≤ ${factor.toFixed(1)} ×`,
  met: passing(key, (value, base) => value <= factor * base),
});
const behind = (key: string, ms: number) => ({
  text: `≤ pass-through + ${ms} ms`,
  met: passing(key, (value, base) => value <= base + ms),
});

/** 130 MB where the pass-through takes 110: what a process of Node takes differs from machine to machine by more than the gateway adds. */
const memory: Target = {
  text: '≤ 1.18 × (130 : 110 MB)',
  met: passing('peakRss', (value, base) => value * 110 <= base * 130),
};

/** Neither more than a quarter faster than the other. */
const near = (other: string, text: string): Target => ({
  text: `within 25 % of ${text}`,
  met: against(other, (value, few) => Math.max(value, few) <= 1.25 * Math.min(value, few)),
});

/** Everything that is measured, with the unit and the target, in the order of the table. */
export const figures: readonly Figure[] = [
  {
    key: 'throughput',
    label: 'throughput, messages/s',
    digits: 0,
    target: { ...atLeast('throughput', 1.3), floor: atLeast('throughput', 1) },
  },
  {
    key: 'cpuPer10k',
    label: 'CPU s per 10,000 messages',
    digits: 3,
    target: { ...atMost('cpuPer10k', 0.8), floor: atMost('cpuPer10k', 1.3) },
  },
  { key: 'peakRss', label: 'peak RSS under load, MB', digits: 0, target: memory },
  { key: 'loopP99', label: 'event-loop delay p99 under load, ms', digits: 1, target: most(20, 'ms') },
  {
    key: 'p50',
    label: 'latency p50 at 200/s, ms',
    digits: 2,
    target: { ...behind('p50', 2), floor: behind('p50', 3) },
  },
  { key: 'p99', label: 'latency p99 at 200/s, ms', digits: 2, target: behind('p99', 8) },
  {
    key: 'slow',
    label: 'PUBACK after 50 ms, messages/s',
    digits: 0,
    target: { ...least(15_000), floor: least(10_000) },
  },
  { key: 'idleCpu', label: 'idle CPU, %', digits: 2, target: most(0.3, '%') },
  { key: 'idleRss', label: 'idle RSS, MB', digits: 0, target: most(75, 'MB') },
  { key: 'start', label: 'start to CONNACK, ms', digits: 0, target: most(600, 'ms') },
  { key: 'intake', label: 'backlog: intake, messages/s', digits: 0 },
  { key: 'drain', label: 'backlog: drain, messages/s', digits: 0 },
  { key: 'growth', label: 'backlog: RSS growth, MB', digits: 0, target: most(15, 'MB') },
  { key: 'backlogPeak', label: 'backlog: peak RSS, MB', digits: 0 },
  { key: 'of10', label: '10 devices, messages/s', digits: 0 },
  { key: 'of1000', label: '1,000 devices, messages/s', digits: 0, target: near('of10', '10 devices') },
  { key: 'packed10', label: '10 devices, many a publish, messages/s', digits: 0 },
  { key: 'packed20', label: '20 devices, many a publish, messages/s', digits: 0 },
  {
    key: 'packed1000',
    label: '1,000 devices, many a publish, messages/s',
    digits: 0,
    target: near('packed10', '10 devices'),
  },
  {
    key: 'packedFleet',
    label: 'fleet of 50,000 (--fleet), many a publish, messages/s',
    digits: 0,
    target: { text: '≥ 0.5 × 20 devices', met: against('packed20', (value, few) => value >= 0.5 * few) },
  },
  { key: 'rssPerDevice', label: 'memory per device: RSS, bytes', digits: 0, target: most(1024, 'bytes') },
  { key: 'heapPerDevice', label: 'memory per device: heap, bytes', digits: 0 },
  { key: 'deepStart', label: 'deep backlog: start to CONNACK, ms', digits: 0, target: most(2000, 'ms') },
  {
    key: 'deepDrain',
    label: 'deep backlog: drain, messages/s',
    digits: 0,
    target: { text: '≥ 0.7 × throughput', met: against('throughput', (value, live) => value >= 0.7 * live) },
  },
  { key: 'deepGrowth', label: 'deep backlog: RSS growth, MB', digits: 0, target: most(15, 'MB') },
  { key: 'deepPeak', label: 'deep backlog: peak RSS, MB', digits: 0 },
  { key: 'lost', label: 'lost', digits: 0, target: none, sum: true, ratio: false },
  { key: 'outOfOrder', label: 'out of order', digits: 0, target: none, sum: true, ratio: false },
  { key: 'duplicated', label: 'duplicated', digits: 0, sum: true, ratio: false },
];
