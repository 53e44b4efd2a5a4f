import type { SchedulerLike, Subscription } from 'rxjs';

export interface SendWindowOptions {
  /** How many messages may be unacknowledged at a time. */
  readonly size: number;
  /** True while nothing is read: an acknowledgement may lie unread. */
  readonly deaf: () => boolean;
  /** Told when nothing moves any more. */
  readonly onStill: (why: string) => void;
  readonly scheduler: SchedulerLike;
}

/** Messages that wait to be sent, and those that are unacknowledged. */
export interface SendWindow {
  /** Calls `send` when its turn has come, which may be at once. Returns what gives the place up; after its turn that does nothing. */
  readonly wait: (send: () => void) => () => void;
  /** One more is unacknowledged. */
  readonly sent: () => void;
  /** One is no longer. */
  readonly settled: () => void;
  /** The connection has gone. */
  readonly close: () => void;
}

const TICK = 1_000;
/** How many ticks without an acknowledgement are too many. */
const PATIENCE = 30;

/**
 * Lets messages go in order, as many at a time as may be unacknowledged.
 *
 * Promises: what has given its place up is held no longer. When the window has been full for 30 s of reading and nothing was acknowledged in them, `onStill` is told.
 */
export const sendWindow = ({ size, deaf, onStill, scheduler }: SendWindowOptions): SendWindow => {
  const waiting = new Set<() => void>();
  let unacknowledged = 0;
  let quiet = 0;
  let watch: Subscription | undefined;

  const close = (): void => {
    watch?.unsubscribe();
    watch = undefined;
  };
  const look = (): void => {
    if (unacknowledged < size) {
      close();
      return;
    }
    quiet = deaf() ? 0 : quiet + 1;
    if (quiet < PATIENCE) {
      watch = scheduler.schedule(look, TICK);
      return;
    }
    close();
    onStill(`the broker has acknowledged none of ${unacknowledged} messages for ${(PATIENCE * TICK) / 1_000} s`);
  };
  const flush = (): void => {
    for (const send of waiting) {
      if (unacknowledged >= size) return;
      waiting.delete(send);
      send();
    }
  };
  return {
    wait: (send) => {
      waiting.add(send);
      flush();
      return () => void waiting.delete(send);
    },
    sent: () => {
      unacknowledged += 1;
      if (unacknowledged < size || watch !== undefined) return;
      quiet = 0;
      watch = scheduler.schedule(look, TICK);
    },
    settled: () => {
      unacknowledged -= 1;
      quiet = 0;
      flush();
    },
    close,
  };
};
