import { NEVER, Observable, Subject, Subscription, asyncScheduler, defer, isObservable, of, timer } from 'rxjs';
import type { SchedulerLike } from 'rxjs';
import type { Command } from '../model/command.js';
import type { Source } from '../model/component.js';
import type { Envelope } from '../model/envelope.js';
import { envelope, replace } from '../model/envelope.js';
import type { Message } from '../model/message.js';

/** Sources by the name of their connector: as they are, or as they come and go. */
export type Sources =
  Readonly<Record<string, Source>> | ReadonlyMap<string, Source> | Observable<ReadonlyMap<string, Source>>;

/** A command and the source that it is for. */
export interface Directed {
  /** The name of the source. */
  readonly to: string;
  readonly command: Command;
  /** Whether it is still worth delivering: asked of one that had to wait. */
  readonly isAlive: () => boolean;
  /** Told if nobody can take it: there is no such source, it has ended, too many wait for theirs, or it waited until it was no longer alive. */
  readonly refuse: (why: 'absent' | 'ended' | 'busy' | 'late') => void;
}

/** How a fleet stops. */
export interface Fleet {
  /** Emits when everything shall stop. Default: never. */
  readonly until?: Observable<unknown>;
  /** How long a source may take to settle what it has after it was asked to stop, in ms. Default 3000. */
  readonly grace?: number;
  /**
   * What is still said for a source that has ended while the others go on: by itself or because its name is gone, or because another takes its
   * place (`isReplaced`). Default: nothing.
   */
  readonly farewell?: (name: string, isReplaced: boolean) => Iterable<Message>;
  /** Where time comes from. Default: RxJS's `asyncScheduler`. */
  readonly scheduler?: SchedulerLike;
}

/** Commands that may wait for sources that are about to start. */
const MOST_HELD = 20_000;

interface Running {
  readonly source: Source;
  readonly commands: Subject<Command>;
  readonly subscription: Subscription;
}

const asMaps = (sources: Sources): Observable<ReadonlyMap<string, Source>> =>
  isObservable(sources) ? sources : of(sources instanceof Map ? sources : new Map(Object.entries(sources)));

const nothing = (): void => undefined;

/** Says who owns the device, so that the way back can be found. */
const stamped = (item: Envelope<Message>, connector: string): Envelope<Message> => {
  const { value } = item;
  return value.kind === 'reply' || value.connector !== undefined ? item : replace(item, { ...value, connector });
};

/**
 * Runs many sources as one, while they come and go.
 *
 * Starts what is new in the latest map, stops what is gone, replaces what changed (another function under the same name), and
 * touches no other. Stopping is asked by completing the source's commands; after `grace` it is unsubscribed. A replacement starts
 * when its predecessor has ended, so that the two never hold one port or session. A command goes to the source that it names; while that is
 * loading or being replaced it is held, as long as it is alive. When a source has ended its `farewell` follows, before anything of its replacement; at the
 * end of all there is none. Completes when `until` has emitted, or the maps
 * have completed, and every source has ended. An error of a source passes: whoever wants others to go on supervises it.
 */
export const fleet = (
  sources: Sources,
  commands: Observable<Directed>,
  { until = NEVER, grace = 3_000, farewell = () => [], scheduler = asyncScheduler }: Fleet = {},
): Observable<Envelope<Message>> =>
  new Observable((subscriber) => {
    const running = new Map<string, Running>();
    const stopping = new Set<string>();
    /** Sources that ended by themselves: they stay ended until their name is gone or another stands under it. */
    const done = new Map<string, Source>();
    let wanted: ReadonlyMap<string, Source> = new Map();
    let last = false;
    /** Before the first map nobody knows who will be there. */
    let isLoaded = false;
    /** Everything was asked to stop. */
    let isOver = false;
    let held: Directed[] = [];

    const lives = ({ isAlive, refuse }: Directed): boolean => {
      const alive = isAlive();
      if (!alive) refuse('late');
      return alive;
    };
    const hold = (item: Directed): void => {
      if (held.length >= MOST_HELD) held = held.filter(lives);
      if (held.length >= MOST_HELD) item.refuse('busy');
      else held.push(item);
    };
    const direct = (item: Directed): void => {
      const { to, command, refuse } = item;
      const one = running.get(to);
      const source = wanted.get(to);
      if (one !== undefined && !stopping.has(to)) one.commands.next(command);
      else if (source === undefined && isLoaded) refuse('absent');
      else if (source !== undefined && done.get(to) === source) refuse('ended');
      else hold(item);
    };
    const release = (): void => {
      const waiting = held;
      held = [];
      waiting.filter(lives).forEach(direct);
    };
    const settle = (): void => {
      for (const [name, source] of wanted) if (!running.has(name) && done.get(name) !== source) start(name, source);
      for (const [name, { source }] of running) if (wanted.get(name) !== source) stop(name);
      if (held.length > 0) release();
      if (last && running.size === 0) subscriber.complete();
    };
    const ended = (name: string, one: Running): void => {
      if (running.get(name) !== one) return;
      running.delete(name);
      one.subscription.unsubscribe();
      const wasStopped = stopping.delete(name);
      if (!wasStopped) done.set(name, one.source);
      if (subscriber.closed) return;
      const isReplaced = wasStopped && wanted.has(name);
      if (!isOver)
        for (const message of farewell(name, isReplaced)) subscriber.next(envelope(message, nothing, nothing));
      settle();
    };
    const start = (name: string, source: Source): void => {
      done.delete(name);
      const own = new Subject<Command>();
      // What is started holds its place before it can end.
      const subscription = new Subscription();
      const one: Running = { source, commands: own, subscription };
      running.set(name, one);
      const inner = defer(() => source(own)).subscribe({
        next: (item) => subscriber.next(stamped(item, name)),
        error: (error: unknown) => subscriber.error(error),
      });
      subscription.add(inner);
      // Comes after the source's own teardown: what replaces it may need the same port.
      inner.add(() => ended(name, one));
    };
    const stop = (name: string): void => {
      const one = running.get(name);
      if (!one || stopping.has(name)) return;
      stopping.add(name);
      const late = timer(grace, scheduler).subscribe(() => one.subscription.unsubscribe());
      one.subscription.add(late);
      one.commands.complete();
    };
    const finish = (): void => {
      last = true;
      isOver = true;
      isLoaded = true;
      settle();
    };

    const way = commands.subscribe(direct);
    const changes = asMaps(sources).subscribe({
      next: (latest) => {
        wanted = latest;
        isLoaded = true;
        for (const name of done.keys()) if (!latest.has(name)) done.delete(name);
        settle();
      },
      error: (error: unknown) => subscriber.error(error),
      complete: () => {
        last = true;
        if (running.size === 0) settle();
      },
    });
    const end = until.subscribe({
      next: () => {
        changes.unsubscribe();
        wanted = new Map();
        finish();
      },
      error: (error: unknown) => subscriber.error(error),
    });
    return () => {
      end.unsubscribe();
      changes.unsubscribe();
      way.unsubscribe();
      for (const { subscription } of running.values()) subscription.unsubscribe();
    };
  });
