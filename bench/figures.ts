/** What the ledger counts against a subject. */
export interface Counted {
  readonly lost: number;
  readonly duplicated: number;
  readonly outOfOrder: number;
}

/** The figures of one subject in one round, by key; those of scenarios that were left out are absent. */
export type Round = ReadonlyMap<string, number>;

export interface Figure {
  readonly key: string;
  readonly label: string;
  readonly digits: number;
  /** For the gateway on SQLite, which is what ships. `met` is undefined without the pass-through that it needs. */
  readonly target?: {
    readonly text: string;
    readonly met: (value: number, passThrough: number | undefined) => boolean | undefined;
  };
  /** Counts of what must not happen: summed over the rounds and demanded of every storage. */
  readonly sum?: boolean;
  /** false: the ratio to the pass-through says nothing. */
  readonly ratio?: boolean;
}

const most = (limit: number, unit: string) => ({ text: `≤ ${limit} ${unit}`, met: (value: number) => value <= limit });
const none = { text: '0', met: (value: number) => value === 0 };
const against = (passThrough: number | undefined, met: (passThrough: number) => boolean): boolean | undefined =>
  passThrough === undefined ? undefined : met(passThrough);

/** 130 MB where the pass-through takes 110: what a process of Node takes differs from machine to machine by more than the gateway adds. */
const memory = {
  text: '≤ 1.18 × (130 : 110 MB)',
  met: (value: number, base: number | undefined) => against(base, (it) => value * 110 <= it * 130),
};

/** Everything that is measured, with the unit and the target, in the order of the table. */
export const figures: readonly Figure[] = [
  {
    key: 'throughput',
    label: 'throughput, messages/s',
    digits: 0,
    target: { text: '≥ 1.0 ×', met: (value, base) => against(base, (it) => value >= it) },
  },
  {
    key: 'cpuPer10k',
    label: 'CPU s per 10,000 messages',
    digits: 3,
    target: { text: '≤ 1.3 ×', met: (value, base) => against(base, (it) => value <= 1.3 * it) },
  },
  { key: 'peakRss', label: 'peak RSS under load, MB', digits: 0, target: memory },
  {
    key: 'p50',
    label: 'latency p50 at 200/s, ms',
    digits: 2,
    target: { text: '≤ pass-through + 3', met: (value, base) => against(base, (it) => value <= it + 3) },
  },
  { key: 'p99', label: 'latency p99 at 200/s, ms', digits: 2 },
  {
    key: 'slow',
    label: 'PUBACK after 50 ms, messages/s',
    digits: 0,
    target: { text: '≥ 10000', met: (value) => value >= 10_000 },
  },
  { key: 'idleCpu', label: 'idle CPU, %', digits: 2, target: most(0.3, '%') },
  { key: 'idleRss', label: 'idle RSS, MB', digits: 0, target: most(75, 'MB') },
  { key: 'start', label: 'start to CONNACK, ms', digits: 0, target: most(600, 'ms') },
  { key: 'intake', label: 'backlog: intake, messages/s', digits: 0 },
  { key: 'drain', label: 'backlog: drain, messages/s', digits: 0 },
  { key: 'growth', label: 'backlog: RSS growth, MB', digits: 0, target: most(15, 'MB') },
  { key: 'backlogPeak', label: 'backlog: peak RSS, MB', digits: 0 },
  { key: 'lost', label: 'lost', digits: 0, target: none, sum: true, ratio: false },
  { key: 'outOfOrder', label: 'out of order', digits: 0, target: none, sum: true, ratio: false },
  { key: 'duplicated', label: 'duplicated', digits: 0, sum: true, ratio: false },
];
