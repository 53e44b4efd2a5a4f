import { asyncScheduler, finalize, Observable } from 'rxjs';
import type { SchedulerLike, Subscription } from 'rxjs';
import { RpcError } from '../../../model/rpc-error.js';

/** Whose turn comes first: a command's, then a poll's, then that of a slave from which nothing was heard. */
export type Lane = 'command' | 'poll' | 'suspect';

const LANES = ['command', 'poll', 'suspect'] as const satisfies readonly Lane[];

/** After so many turns of others, whoever waits in this lane and may begin has one: no lane waits for ever behind a busy one. */
const MOST_PASSED: Readonly<Record<Lane, number>> = { command: Infinity, poll: 8, suspect: 32 };

export interface TurnsOptions {
  /** Ms between the end of one turn and the begin of the next. */
  readonly delay: number;
  /** How many may wait. Default 2000: what comes beyond errors with code 503. */
  readonly limit?: number;
  readonly scheduler?: SchedulerLike;
}

export interface Turns {
  /** Subscribes to `work` when its turn has come, and lets the next one go when that ends. Unsubscribing gives up the turn, or the wait for it. */
  readonly take: <T>(lane: Lane, work: Observable<T>) => Observable<T>;
  /** From now on for so many ms no suspect has a turn. */
  readonly rest: (ms: number) => void;
  /** Everything that waits errors with this, and all that comes later. */
  readonly close: (why: Error) => void;
}

interface Waiting {
  readonly start: () => void;
  readonly refuse: (why: Error) => void;
}

/**
 * The arbiter of a bus: one turn at a time.
 *
 * ```
 * poll      a--b-------|      a runs at once, b waits for it
 * command   -C---------|      C is before b
 * turns     a---C---b--|
 * ```
 *
 * Promises: never two at a time; within a lane in the order of arrival, so that slaves which ask one request at a time take turns. A command waits for the
 * commands before it and one turn, and where commands do not end every ninth turn is a poll's; a suspect has one in 33 where polls do not end. No timer runs while
 * nobody waits.
 */
export const turns = ({ delay, limit = 2_000, scheduler = asyncScheduler }: TurnsOptions): Turns => {
  const waiting: Record<Lane, Waiting[]> = { command: [], poll: [], suspect: [] };
  /** Turns of others since the last one of the lane, while somebody in it could have begun. */
  const passed: Record<Lane, number> = { command: 0, poll: 0, suspect: 0 };
  let busy = false;
  let freeAt = -Infinity;
  let suspectsAt = -Infinity;
  let timer: Subscription | undefined;
  let closed: Error | undefined;

  const dueOf = (lane: Lane): number => (lane === 'suspect' ? Math.max(freeAt, suspectsAt) : freeAt);
  const pump = (): void => {
    timer?.unsubscribe();
    timer = undefined;
    if (busy) return;
    const now = scheduler.now();
    const due = LANES.filter((lane) => waiting[lane].length > 0);
    const ready = due.filter((lane) => dueOf(lane) <= now);
    const next = ready.find((lane) => passed[lane] >= MOST_PASSED[lane]) ?? ready[0];
    if (next !== undefined) {
      for (const lane of ready) passed[lane] += 1;
      passed[next] = 0;
      waiting[next].shift()!.start();
    } else if (due.length > 0) timer = scheduler.schedule(pump, Math.min(...due.map(dueOf)) - now);
  };

  return {
    take: <T>(lane: Lane, work: Observable<T>) =>
      new Observable<T>((subscriber) => {
        if (closed !== undefined) {
          subscriber.error(closed);
          return undefined;
        }
        if (LANES.reduce((sum, one) => sum + waiting[one].length, 0) >= limit) {
          subscriber.error(new RpcError(503, `${limit} requests wait for the bus`));
          return undefined;
        }
        /** What was under way has ended by then, before anything else begins. */
        const over = (): void => {
          busy = false;
          freeAt = scheduler.now() + delay;
          pump();
        };
        const entry: Waiting = {
          start: () => {
            busy = true;
            subscriber.add(
              work.pipe(finalize(over)).subscribe({
                next: (value) => subscriber.next(value),
                error: (error: unknown) => subscriber.error(error),
                complete: () => subscriber.complete(),
              }),
            );
          },
          refuse: (why) => subscriber.error(why),
        };
        waiting[lane].push(entry);
        pump();
        return () => {
          const at = waiting[lane].indexOf(entry);
          if (at < 0) return;
          waiting[lane].splice(at, 1);
          pump();
        };
      }),
    rest: (ms) => {
      suspectsAt = Math.max(suspectsAt, scheduler.now() + ms);
    },
    close: (why) => {
      closed = why;
      timer?.unsubscribe();
      for (const lane of LANES) for (const { refuse } of waiting[lane].splice(0)) refuse(why);
    },
  };
};
