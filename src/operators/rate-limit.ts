import { asyncScheduler, Observable } from 'rxjs';
import type { SchedulerLike, Subscriber, Subscription } from 'rxjs';
import { slidingWindow } from './sliding-window.js';
import type { Rate, SlidingWindow } from './sliding-window.js';

/** Who goes first: control before data before idle work. */
export type Priority = 'control' | 'data' | 'idle';

const shares: Readonly<Record<Priority, number>> = { control: 1, data: 0.8, idle: 0.5 };
/** A timer that is longer fires at once. In ms. */
const LONGEST = 2 ** 31 - 1;
const order: readonly Priority[] = ['control', 'data', 'idle'];

export type Rates<B extends string> = Readonly<Record<B, readonly Rate[]>>;

export interface LimiterOptions<B extends string> {
  /** Percent of each limit that is used; never less than 1 of it. Default 80. */
  readonly percentage?: number;
  /** Buckets that control messages share with others: data may use 80 % of them and idle work 50 %, so that control never waits long. */
  readonly shared?: readonly B[];
  readonly scheduler?: SchedulerLike;
}

export interface Limiter<B extends string> {
  /** Emits once when the cost may be spent. Unsubscribing before that gives the place in the queue up. */
  readonly take: (cost: Readonly<Partial<Record<B, number>>>, priority: Priority) => Observable<void>;
  /** Spends the cost if that may be at once, and says whether. */
  readonly takeNow: (cost: Readonly<Partial<Record<B, number>>>, priority: Priority) => boolean;
  /** Notes a cost that was spent without asking. */
  readonly charge: (cost: Readonly<Partial<Record<B, number>>>) => void;
  /** Replaces the limits. What was taken so far counts on. */
  readonly set: (rates: Rates<B>) => void;
  /** Nobody is let through for so many ms. */
  readonly pause: (ms: number) => void;
  /** The largest cost of one bucket that every window of it can hold. */
  readonly most: (bucket: B) => number;
  /** The shortest and the longest window in ms, of all buckets. */
  readonly spans: () => readonly [shortest: number, longest: number];
}

interface Waiter<B extends string> {
  readonly cost: readonly (readonly [B, number])[];
  readonly priority: Priority;
  readonly out: Subscriber<void>;
}

/**
 * Rate limits over several buckets, each with any number of windows that apply together.
 *
 * Promises: no window is exceeded, in any period of its length. First come, first served within a priority and bucket. Nothing is
 * dropped: whoever waits waits until there is room or it unsubscribes. A bucket without windows lets everything through at once; there
 * is a timer only while somebody waits.
 */
export const limiter = <B extends string>(
  initial: Rates<B>,
  { percentage = 80, shared = [], scheduler = asyncScheduler }: LimiterOptions<B> = {},
): Limiter<B> => {
  const waiters: Readonly<Record<Priority, Set<Waiter<B>>>> = { control: new Set(), data: new Set(), idle: new Set() };
  let buckets = new Map<B, readonly SlidingWindow[]>();
  let pausedUntil = 0;
  let longestPause = 0;
  /** A clock that was set back does not make a pause longer than it was asked for. */
  const isPaused = (now: number): boolean => {
    pausedUntil = Math.min(pausedUntil, now + longestPause);
    return now < pausedUntil;
  };
  let alarm: Subscription | undefined;
  let granting = false;
  let again = false;

  const set = (rates: Rates<B>): void => {
    const now = scheduler.now();
    const next = new Map<B, readonly SlidingWindow[]>();
    for (const [bucket, list] of Object.entries(rates) as [B, readonly Rate[]][]) {
      const before = [...(buckets.get(bucket) ?? [])].sort((a, b) => a.span - b.span);
      const windows = list.map(({ n, seconds }) => {
        const span = seconds * 1000;
        const known = before.find((window) => window.span >= span) ?? before.at(-1);
        return slidingWindow(Math.max(1, Math.floor((n * percentage) / 100)), span, known?.past(now));
      });
      next.set(bucket, windows);
    }
    buckets = next;
    grant();
  };

  const windowsOf = (bucket: B): readonly SlidingWindow[] => buckets.get(bucket) ?? [];
  const shareOf = (bucket: B, priority: Priority): number => (shared.includes(bucket) ? shares[priority] : 1);

  /** Spends the cost if there is room; else says which bucket has none. */
  const spend = ({ cost, priority }: Omit<Waiter<B>, 'out'>, now: number): B | undefined => {
    for (const [bucket, n] of cost) {
      const share = shareOf(bucket, priority);
      if (!windowsOf(bucket).every((window) => window.fits(n, now, share))) return bucket;
    }
    for (const [bucket, n] of cost) for (const window of windowsOf(bucket)) window.add(n, now);
    return undefined;
  };

  /** Lets in who may go; true if nobody is left waiting. Whoever waits for a bucket keeps later comers from it. */
  const pass = (now: number): boolean => {
    const blocked = new Set<B>();
    for (const priority of order) {
      for (const waiter of waiters[priority]) {
        if (blocked.size === buckets.size) return false;
        if (waiter.cost.some(([bucket]) => blocked.has(bucket))) continue;
        const full = spend(waiter, now);
        if (full === undefined) {
          waiters[priority].delete(waiter);
          waiter.out.next();
          waiter.out.complete();
        } else waiter.cost.forEach(([bucket]) => blocked.add(bucket));
      }
    }
    return blocked.size === 0;
  };

  const grant = (): void => {
    again = true;
    if (granting) return;
    granting = true;
    alarm?.unsubscribe();
    alarm = undefined;
    let done = true;
    // One moment for the decision and for the alarm: between two looks at the clock a pause may end, and nobody would be woken.
    let now = scheduler.now();
    while (again) {
      again = false;
      now = scheduler.now();
      done = isPaused(now) ? order.every((p) => waiters[p].size === 0) : pass(now);
    }
    granting = false;
    if (done) return;
    const waits = [...buckets.values()].flat().map((window) => window.wait(now));
    const delay = now < pausedUntil ? pausedUntil - now : Math.min(...waits.filter((ms) => ms > 0));
    if (Number.isFinite(delay)) alarm = scheduler.schedule(grant, Math.min(LONGEST, Math.max(1, Math.ceil(delay))));
  };

  const waiting = (): boolean => order.some((priority) => waiters[priority].size > 0);

  const asked = (cost: Readonly<Partial<Record<B, number>>>): Waiter<B>['cost'] =>
    (Object.entries(cost) as [B, number][]).filter(([, n]) => n > 0);
  const spendNow = (wish: Omit<Waiter<B>, 'out'>): boolean => {
    const now = scheduler.now();
    return !waiting() && !isPaused(now) && spend(wish, now) === undefined;
  };

  set(initial);
  return {
    set,
    takeNow: (cost, priority) => spendNow({ cost: asked(cost), priority }),
    take: (cost, priority) =>
      new Observable<void>((out) => {
        const waiter: Waiter<B> = { cost: asked(cost), priority, out };
        if (spendNow(waiter)) {
          out.next();
          out.complete();
          return;
        }
        waiters[priority].add(waiter);
        out.add(() => {
          if (waiters[priority].delete(waiter) && !waiting()) alarm?.unsubscribe();
        });
        grant();
      }),
    charge: (cost) => {
      const now = scheduler.now();
      for (const [bucket, n] of Object.entries(cost) as [B, number][])
        for (const window of windowsOf(bucket)) window.add(n, now);
    },
    pause: (ms) => {
      if (!isPaused(scheduler.now())) longestPause = 0;
      longestPause = Math.max(longestPause, ms);
      pausedUntil = Math.max(pausedUntil, scheduler.now() + ms);
    },
    most: (bucket) => Math.min(Infinity, ...windowsOf(bucket).map(({ capacity }) => capacity)),
    spans: () => {
      const spans = [...buckets.values()].flat().map(({ span }) => span);
      return spans.length === 0 ? [0, 0] : [Math.min(...spans), Math.max(...spans)];
    },
  };
};
