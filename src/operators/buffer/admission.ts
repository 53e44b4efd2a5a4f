import type { Log } from '../../model/component.js';
import type { Fact } from '../../model/fact.js';
import type { Pending } from './entrance.js';
import type { Batch, Leaving, Opened, Row, Sum } from './store.js';

/** How much the buffer may hold, and what happens then. */
export interface Limits {
  readonly records: number;
  readonly bytes: number;
  /** Devices that may be known; what a further one says is refused. Default: no limit. */
  readonly devices?: number;
  /** `block`: sources wait and nothing is lost. The others drop, count and log. */
  readonly atCapacity: 'block' | 'drop_oldest' | 'drop_newest';
  /** Messages older than this are dropped, in ms. Absent: messages never expire. */
  readonly ttlMs?: number;
}

export interface Plan {
  readonly admitted: readonly Pending[];
  /** Dropped as the newest, by configuration. */
  readonly dropped: readonly Pending[];
  /** How many have to wait for room. */
  readonly kept: number;
  /** How many rows leave. */
  readonly leaving: number;
  readonly sums: Batch['sums'];
}

const LOGGED: Partial<Record<Sum, string>> = {
  'dropped.oldest': 'the storage is at its cap: the oldest messages were dropped, as configured',
  'dropped.newest': 'the storage is at its cap: the newest messages were dropped, as configured',
  'dropped.damaged': 'messages that could not be read back were dropped: the storage file was damaged',
  'dropped.expired': 'messages were dropped because they were older than the configured time to live',
};

/** Keeps the count of what is stored, and decides who is let in. */
export interface Admission {
  readonly plan: (waiting: readonly Pending[], leaving: readonly Leaving[]) => Plan;
  /** Room that has to be made by dropping old rows; undefined where none is needed or the configuration allows none. */
  readonly shortage: (waiting: readonly Pending[], leaving: readonly Leaving[]) => Shortage | undefined;
  /** Which of the oldest rows go. */
  readonly victims: (rows: readonly Row[], shortage: Shortage, now: number) => readonly Leaving[];
  /** How many rows one batch may remove; fewer where the disk is too full for the log of more. */
  readonly mayLeave: () => number;
  /** Says whether sources have to wait now. */
  readonly announce: (plan: Plan) => void;
  readonly committed: (batch: Batch) => void;
  /** The store found no room for the plan's rows. True: a smaller batch is worth a try. */
  readonly squeeze: (plan: Plan) => boolean;
  /** Some time has passed since the store was full: try again. */
  readonly relax: () => void;
  readonly expired: (at: number, now: number) => boolean;
  readonly isEmpty: () => boolean;
}

export interface Shortage {
  readonly rows: number;
  readonly bytes: number;
}

const total = (items: readonly { readonly bytes: number }[]): number =>
  items.reduce((sum, { bytes }) => sum + bytes, 0);

export const admission = (
  limits: Limits,
  opened: Opened,
  { log, fact, devices }: { log: Log; fact: (fact: Fact) => void; devices: () => number },
): Admission => {
  let { records, bytes } = opened;
  /** How many rows one batch may append; finite after the store itself was found full. */
  let most = Infinity;
  let mayLeave = Infinity;
  let blocked = false;

  const say = (sums?: Opened['sums']): void =>
    fact({ kind: 'depth', who: 'storage', records, bytes, devices: devices(), ...(sums ? { sums } : {}) });
  /** Nothing fits, and nothing leaves. */
  const isFull = (leaving: readonly Leaving[]): boolean => most === 0 && leaving.length === 0;
  const expired = (at: number, now: number): boolean => limits.ttlMs !== undefined && now - at > limits.ttlMs;
  say(opened.sums);

  return {
    plan: (waiting, leaving) => {
      let freeRecords = limits.records - records + leaving.length;
      let freeBytes = limits.bytes - bytes + total(leaving);
      let fit = 0;
      for (; fit < waiting.length && fit < most; fit += 1) {
        freeRecords -= 1;
        freeBytes -= waiting[fit]!.bytes;
        if (freeRecords < 0 || freeBytes < 0) break;
      }
      const drops = limits.atCapacity === 'drop_newest' && (fit < most || isFull(leaving));
      const dropped = drops ? waiting.slice(fit) : [];
      const sums: Partial<Record<Sum, number>> = { received: fit + dropped.length };
      if (dropped.length > 0) sums['dropped.newest'] = dropped.length;
      for (const { sum } of leaving) sums[sum] = (sums[sum] ?? 0) + 1;
      // Copies: more arrives while the commit runs.
      const kept = waiting.length - fit - dropped.length;
      return { admitted: waiting.slice(0, fit), dropped, kept, leaving: leaving.length, sums };
    },
    shortage: (waiting, leaving) => {
      if (waiting.length === 0 || (limits.atCapacity !== 'drop_oldest' && limits.ttlMs === undefined)) return undefined;
      const full = isFull(leaving);
      const short = {
        rows: full ? waiting.length : records - leaving.length + waiting.length - limits.records,
        bytes: full ? total(waiting) : bytes - total(leaving) + total(waiting) - limits.bytes,
      };
      return short.rows > 0 || short.bytes > 0 ? short : undefined;
    },
    victims: (rows, shortage, now) => {
      const found: Leaving[] = [];
      let freed = 0;
      for (const { id, at, bytes: size } of rows) {
        const old = expired(at, now);
        const enough = found.length >= shortage.rows && freed >= shortage.bytes;
        if (enough || (!old && limits.atCapacity !== 'drop_oldest')) break;
        found.push({ id, bytes: size, sum: old ? 'dropped.expired' : 'dropped.oldest' });
        freed += size;
      }
      return found;
    },
    mayLeave: () => mayLeave,
    announce: ({ kept, admitted, leaving }) => {
      if (kept === 0) {
        if (blocked) log.info('the storage has room again');
        blocked = false;
      } else if (!blocked && admitted.length === 0 && leaving === 0) {
        blocked = true;
        fact({ kind: 'alert', who: 'storage', code: 'STORAGE_FULL', text: 'the storage is at its cap: sources wait' });
        log.warn('the storage is at its cap: sources wait, nothing is lost', { records, bytes });
      }
    },
    committed: ({ append, remove, sums }) => {
      records += append.length - remove.length;
      bytes += total(append) - total(remove);
      if (remove.length > 0 && most < Infinity) most = Math.max(most, remove.length);
      else if (append.length > 0) most *= 2;
      for (const [sum, n] of Object.entries(sums) as [Sum, number][]) {
        if (n > 0) fact({ kind: 'count', who: 'storage', counter: sum, n });
        const text = LOGGED[sum];
        if (text !== undefined && n > 0) log.warn(text, { messages: n });
      }
      mayLeave = Infinity;
      say();
    },
    squeeze: ({ admitted, leaving }) => {
      if (admitted.length === 0) {
        if (leaving > 1) mayLeave = leaving >>> 1;
        return leaving > 1;
      }
      // What leaves goes first and alone: it makes room.
      most = leaving > 0 ? 0 : admitted.length >>> 1;
      return most > 0 || leaving > 0;
    },
    relax: () => {
      if (most === 0) most = 1;
    },
    expired,
    isEmpty: () => records === 0,
  };
};
