import type { SchedulerLike, Subscription } from 'rxjs';
import type { Backoff } from '../backoff.js';

interface Deferred {
  /** The lowest row that was passed over. */
  from: number;
  attempt: number;
  /** The device's probe: at most one row of it is in flight until it succeeds. */
  probing: boolean;
  wait: Subscription | undefined;
}

/** Which devices are passed over, and since which row. */
export interface Deferral {
  /**
   * True if the row must stay for later. It is then remembered. `mayProbe`: false for a row that was read before it was known that an older one
   * has to come first.
   */
  readonly passesOver: (device: string, id: number, mayProbe?: boolean) => boolean;
  /** The device must wait: its row comes back. `onProbe` gets the row to read again from when it may be tried. */
  readonly defer: (device: string, id: number) => void;
  /** The platform took a row of the device. Returns the row to read again from if it had been deferred. */
  readonly succeeded: (device: string) => number | undefined;
  /** Devices to leave out of a read. */
  readonly waiting: () => readonly string[];
  /** The lowest row passed over, if any. */
  readonly lowest: () => number | undefined;
  readonly stop: () => void;
}

/**
 * Remembers the devices whose data must wait (the platform's device limit, repeated failures to open the device).
 *
 * After a backoff one row of the device is offered as a probe; when it is delivered the rest follows, in order. Uses one timer a
 * device that waits, and nothing for the others.
 */
export const deferral = (backoff: Backoff, scheduler: SchedulerLike, onProbe: (from: number) => void): Deferral => {
  const deferred = new Map<string, Deferred>();
  return {
    passesOver: (device, id, mayProbe = true) => {
      const entry = deferred.size === 0 ? undefined : deferred.get(device);
      if (!entry) return false;
      if (mayProbe && entry.wait === undefined && !entry.probing) {
        entry.probing = true;
        return false;
      }
      entry.from = Math.min(entry.from, id);
      return true;
    },
    defer: (device, id) => {
      const entry = deferred.get(device) ?? { from: id, attempt: 0, probing: false, wait: undefined };
      deferred.set(device, entry);
      entry.from = Math.min(entry.from, id);
      entry.probing = false;
      // Rows in flight come back one by one: they belong to one failure.
      if (entry.wait) return;
      entry.wait = scheduler.schedule(
        () => {
          entry.wait = undefined;
          onProbe(entry.from);
        },
        backoff(entry.attempt, undefined),
      );
      entry.attempt += 1;
    },
    succeeded: (device) => {
      const entry = deferred.size === 0 ? undefined : deferred.get(device);
      if (!entry?.probing) return undefined;
      deferred.delete(device);
      return entry.from;
    },
    waiting: () =>
      [...deferred].filter(([, { wait, probing }]) => wait !== undefined || probing).map(([device]) => device),
    lowest: () => {
      let lowest: number | undefined;
      for (const { from } of deferred.values()) lowest = Math.min(lowest ?? from, from);
      return lowest;
    },
    stop: () => deferred.forEach(({ wait }) => wait?.unsubscribe()),
  };
};
