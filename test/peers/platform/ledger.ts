import type { Json } from './contract.js';

interface Track {
  received: number;
  duplicates: number;
  outOfOrder: number;
  highest: number;
  seen: Uint8Array;
}

export interface LedgerOptions {
  /** Keys of the sequence number (from 0) and of the send time (ms since the epoch, may be fractional) among the values. */
  readonly seqKey?: string;
  readonly sentKey?: string;
  /** Latencies kept at most; later ones are only counted. Default 1,000,000. */
  readonly maxSamples?: number;
}

const percentile = (sorted: Float64Array, q: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? 0;

const now = (): number => performance.timeOrigin + performance.now();

/**
 * Counts numbered messages per device: received, unique, duplicates, first arrivals out of order, and their latency in ms. An item
 * without a sequence number is counted as `unnumbered`. A few hundred nanoseconds an item, one byte a message.
 */
export const ledger = ({ seqKey = 'seq', sentKey = 'sent', maxSamples = 1_000_000 }: LedgerOptions = {}) => {
  const tracks = new Map<string, Track>();
  const targets: { readonly unique: number; readonly reached: () => void }[] = [];
  let samples = new Float64Array(1024);
  let sampled = 0;
  let unnumbered = 0;
  let unique = 0;
  let firstAt = 0;
  let lastAt = 0;

  const sample = (latency: number): void => {
    if (sampled >= maxSamples) return;
    if (sampled === samples.length) {
      const wider = new Float64Array(sampled * 2);
      wider.set(samples);
      samples = wider;
    }
    samples[sampled++] = latency;
  };

  const count = (track: Track, seq: number): void => {
    track.received += 1;
    if (seq >= track.seen.length) {
      const wider = new Uint8Array(Math.max(seq + 1, track.seen.length * 2));
      wider.set(track.seen);
      track.seen = wider;
    }
    if (track.seen[seq] === 1) {
      track.duplicates += 1;
      return;
    }
    track.seen[seq] = 1;
    unique += 1;
    if (seq < track.highest) track.outOfOrder += 1;
    else track.highest = seq;
  };

  const add = (device: string, items: readonly Json[]): void => {
    let track = tracks.get(device);
    if (track === undefined) {
      track = { received: 0, duplicates: 0, outOfOrder: 0, highest: -1, seen: new Uint8Array(1024) };
      tracks.set(device, track);
    }
    const at = now();
    if (firstAt === 0) firstAt = at;
    lastAt = at;
    for (const item of items) {
      const flat = item as Record<string, Json>;
      const values = (flat.values ?? flat) as Record<string, Json>;
      const seq = Number(values[seqKey] ?? NaN);
      if (!Number.isSafeInteger(seq) || seq < 0) {
        unnumbered += 1;
        continue;
      }
      count(track, seq);
      const sent = values[sentKey];
      if (sent !== undefined && sent !== null) sample(at - Number(sent));
    }
    for (let i = targets.length - 1; i >= 0; i--) if (unique >= targets[i]!.unique) targets.splice(i, 1)[0]!.reached();
  };

  const report = () => {
    const devices = [...tracks].map(([device, { received, duplicates, outOfOrder, highest }]) => {
      const seen = received - duplicates;
      return { device, received, unique: seen, duplicates, outOfOrder, highest, missing: highest + 1 - seen };
    });
    const sum = (pick: (d: (typeof devices)[number]) => number): number => devices.reduce((n, d) => n + pick(d), 0);
    const sorted = samples.slice(0, sampled).sort();
    return {
      devices,
      received: sum((d) => d.received),
      unique,
      duplicates: sum((d) => d.duplicates),
      outOfOrder: sum((d) => d.outOfOrder),
      /** Numbers below a device's highest that never came. */
      missing: sum((d) => d.missing),
      unnumbered,
      firstAt,
      lastAt,
      latency: {
        samples: sampled,
        p50: percentile(sorted, 0.5),
        p90: percentile(sorted, 0.9),
        p99: percentile(sorted, 0.99),
        max: sorted.at(-1) ?? 0,
      },
    };
  };

  return {
    add,
    report,
    has: (device: string, seq: number): boolean => tracks.get(device)?.seen[seq] === 1,
    /** Calls back once, as soon as so many different messages have come. */
    onUnique: (n: number, reached: () => void): void => {
      if (unique >= n) reached();
      else targets.push({ unique: n, reached });
    },
    reset: (): void => {
      tracks.clear();
      sampled = unnumbered = unique = firstAt = lastAt = 0;
    },
  };
};

export type LedgerReport = ReturnType<ReturnType<typeof ledger>['report']>;
