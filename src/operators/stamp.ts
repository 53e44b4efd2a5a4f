import type { Data, Entry, Json, Values } from '../model/message.js';
import type { Converted, ConvertedEntry } from './extract/converted.js';
import { put } from './extract/put.js';

/** How far ahead of the clock a stamp may run, in milliseconds. */
const AHEAD = 1000;
/** Devices remembered before the first sweep. */
const SWEEP_FROM = 1024;

interface Options {
  /** The clock, in milliseconds since the epoch: the scheduler's. */
  readonly now: () => number;
  /** Called with the number of messages whose stamp could not be moved on. */
  readonly onCollision?: (n: number) => void;
}

const merged = (parts: readonly Values[]): Values => {
  if (parts.length === 1) return parts[0] ?? {};
  const result: Record<string, Json> = {};
  for (const part of parts) for (const [key, value] of Object.entries(part)) put(result, key, value);
  return result;
};

const shareKeys = (parts: readonly Values[], values: Values): boolean =>
  parts.some((part) => Object.keys(values).some((key) => Object.hasOwn(part, key)));

const entries = (telemetry: readonly ConvertedEntry[], stamp: () => number): readonly Entry[] => {
  const [only] = telemetry;
  if (!only) return [];
  if (telemetry.length === 1) return [{ ts: only.ts ?? stamp(), values: only.values }];
  let stamped: number | undefined;
  const byTs = new Map<number, Values[]>();
  for (const { ts, values } of telemetry) {
    // Two readings of one key in one message are two readings: the second must not overwrite the first.
    if (ts === undefined && (stamped === undefined || shareKeys(byTs.get(stamped) ?? [], values))) stamped = stamp();
    const at = ts ?? stamped ?? stamp();
    const same = byTs.get(at);
    if (same) same.push(values);
    else byTs.set(at, [values]);
  }
  return [...byTs].map(([ts, parts]) => ({ ts, values: merged(parts) }));
};

/**
 * Makes data of converted messages: telemetry without a time of its own is stamped, once and for all.
 *
 * The platform keeps one value per device, key and ts, so stamps are strictly increasing per device: the clock, or the last stamp + 1 while
 * the clock has not moved on. They run at most 1 s ahead of the clock; beyond that (1000 messages of one device in one millisecond, or a
 * clock set back) a stamp is used again and `onCollision` is told. Entries of one message without a time share a stamp where their keys
 * differ; entries with an equal time of their own become one, and of equal keys in them the later counts. Devices whose last stamp is in the past are forgotten, so memory holds about twice those that are ahead.
 */
export const stamper = ({ now, onCollision }: Options): ((converted: Converted, connector?: string) => Data) => {
  const last = new Map<string, number>();
  let sweepAt = SWEEP_FROM;
  const sweep = (clock: number): void => {
    for (const [device, ts] of last) if (ts < clock) last.delete(device);
    sweepAt = Math.max(SWEEP_FROM, last.size * 2);
  };
  const stamp = (device: string): number => {
    const clock = now();
    const before = last.get(device) ?? 0;
    const next = Math.max(clock, before + 1);
    const free = next <= clock + AHEAD;
    const ts = free ? next : Math.min(before, clock + AHEAD);
    if (!free) onCollision?.(1);
    last.set(device, ts);
    if (last.size >= sweepAt) sweep(clock);
    return ts;
  };
  return ({ device, profile, telemetry: converted, attributes }, connector) => {
    const telemetry = entries(converted, () => stamp(device));
    // Written out, for it is made of every message.
    return connector === undefined
      ? { kind: 'data', device, profile, telemetry, attributes }
      : { kind: 'data', device, connector, profile, telemetry, attributes };
  };
};
