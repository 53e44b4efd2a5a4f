import { asapScheduler, defer, Observable, Subscription } from 'rxjs';
import type { OperatorFunction, SchedulerLike } from 'rxjs';
import { fifo } from './fifo.js';
import type { Fifo } from './fifo.js';

/** What packing must know of one element. */
export interface Parcel {
  /** Whose order is kept: the device. */
  readonly key: string;
  /** A pack holds elements of one lane only: the topic. */
  readonly lane: string;
  /** Encoded bytes that it adds to a pack. `Infinity`: it travels alone. */
  readonly size: number;
  /** Bytes that the key adds once to a pack. */
  readonly frame: number;
  /** Data points. */
  readonly points: number;
  /** At most one pack of this key and lane is in flight. */
  readonly serial?: boolean;
  /** Starts when everything earlier of its key is done; everything later of its key waits until it is done. */
  readonly barrier?: boolean;
}

/** How much one pack may hold. A single element that is larger travels alone. */
export interface PackLimits {
  readonly bytes: number;
  readonly points: number;
  readonly keys: number;
}

export interface PackMap<T> {
  readonly parcel: (element: T) => Parcel;
  /** Asked for each pack, so that limits may change while the stream runs. */
  readonly limits: () => PackLimits;
  /** Packs in flight at a time. */
  readonly concurrency: number;
  readonly scheduler?: SchedulerLike;
}

interface Key<T> {
  readonly name: string;
  readonly lanes: Map<string, Lane<T>>;
  /** Elements queued or in flight; the barrier is among them while it runs. */
  open: number;
  barred: boolean;
  readonly behind: Fifo<T>;
}

interface Lane<T> {
  readonly name: string;
  readonly key: Key<T>;
  readonly queue: Fifo<T>;
  readonly serial: boolean;
  flying: number;
  listed: boolean;
}

type Load<T> = readonly (readonly [lane: Lane<T>, elements: number])[];

/**
 * Like `mergeMap` with a bound on the inner streams, but each of them is given as many waiting elements as fit one pack.
 *
 * Promises: what arrives in one turn of an idle stream is packed and sent in the same turn, without a timer; while it is busy, packs
 * fill up. The order within a lane of a key is kept; keys take turns. Constant time per element. It holds only what upstream has
 * given it, so upstream bounds it by what it leaves unsettled. It completes when upstream has and every pack is done.
 */
export const packMap =
  <T, R>(
    project: (pack: readonly T[]) => Observable<R>,
    { parcel, limits, concurrency, scheduler = asapScheduler }: PackMap<T>,
  ): OperatorFunction<T, R> =>
  (source) =>
    new Observable<R>((out) => {
      const keys = new Map<string, Key<T>>();
      const rings: Fifo<Lane<T>>[] = [];
      const ringOf = new Map<string, Fifo<Lane<T>>>();
      const flights = new Subscription();
      let turn = 0;
      let active = 0;
      let ended = false;
      let pumping = false;
      let planned = false;
      let plan = Subscription.EMPTY;

      const list = (lane: Lane<T>): void => {
        if (lane.listed || lane.queue.size() === 0 || (lane.serial && lane.flying > 0)) return;
        let ring = ringOf.get(lane.name);
        if (ring === undefined) {
          ring = fifo();
          ringOf.set(lane.name, ring);
          rings.push(ring);
        }
        lane.listed = true;
        ring.push(lane);
      };

      const admit = (key: Key<T>, element: T, { lane: name, serial = false, barrier }: Parcel): void => {
        let lane = key.lanes.get(name);
        if (lane === undefined) {
          lane = { name, key, queue: fifo(), serial, flying: 0, listed: false };
          key.lanes.set(name, lane);
        }
        key.open += 1;
        if (barrier === true) key.barred = true;
        lane.queue.push(element);
        list(lane);
      };

      const enqueue = (element: T): void => {
        const about = parcel(element);
        let key = keys.get(about.key);
        if (key === undefined) {
          key = { name: about.key, lanes: new Map(), open: 0, barred: false, behind: fifo() };
          keys.set(about.key, key);
        }
        const waits = key.barred || key.behind.size() > 0 || (about.barrier === true && key.open > 0);
        if (waits) key.behind.push(element);
        else admit(key, element, about);
      };

      /** Everything in front of the barrier is done: it may go, or what stood behind it. */
      const release = (key: Key<T>): void => {
        key.barred = false;
        for (let next = key.behind.peek(); next !== undefined; next = key.behind.peek()) {
          const about = parcel(next);
          if (about.barrier === true && key.open > 0) return;
          key.behind.shift();
          admit(key, next, about);
          if (about.barrier === true) return;
        }
      };

      const fill = (ring: Fifo<Lane<T>>): readonly [readonly T[], Load<T>] => {
        const max = limits();
        const pack: T[] = [];
        const load: [Lane<T>, number][] = [];
        let bytes = 0;
        let points = 0;
        while (load.length < Math.max(1, max.keys)) {
          const lane = ring.peek();
          if (lane === undefined) break;
          let taken = 0;
          for (let next = lane.queue.peek(); next !== undefined; next = lane.queue.peek()) {
            const about = parcel(next);
            const more = about.size + (taken === 0 ? about.frame : 0);
            if (pack.length > 0 && (bytes + more > max.bytes || points + about.points > max.points)) break;
            lane.queue.shift();
            pack.push(next);
            bytes += more;
            points += about.points;
            taken += 1;
          }
          if (taken === 0) break;
          ring.shift();
          lane.listed = false;
          lane.flying += 1;
          load.push([lane, taken]);
          list(lane);
          if (lane.queue.size() > 0) break;
        }
        return [pack, load];
      };

      const land = (load: Load<T>): void => {
        active -= 1;
        for (const [lane, elements] of load) {
          const { key } = lane;
          lane.flying -= 1;
          key.open -= elements;
          list(lane);
          if (lane.flying === 0 && lane.queue.size() === 0) key.lanes.delete(lane.name);
          if (key.open === 0) release(key);
          if (key.lanes.size === 0) keys.delete(key.name);
        }
        later();
      };

      const launch = (ring: Fifo<Lane<T>>): void => {
        const [pack, load] = fill(ring);
        active += 1;
        const flight = new Subscription();
        flights.add(flight);
        flight.add(
          defer(() => project(pack)).subscribe({
            next: (value) => out.next(value),
            error: (error: unknown) => out.error(error),
            complete: () => {
              flights.remove(flight);
              land(load);
            },
          }),
        );
      };

      const ready = (): Fifo<Lane<T>> | undefined => {
        for (let i = 0; i < rings.length; i += 1) {
          const ring = rings[(turn + i) % rings.length];
          if (ring !== undefined && ring.size() > 0) {
            turn = (turn + i + 1) % rings.length;
            return ring;
          }
        }
        return undefined;
      };

      const pump = (): void => {
        if (pumping) return;
        pumping = true;
        for (let ring = ready(); ring !== undefined && active < concurrency && !out.closed; ring = ready())
          launch(ring);
        pumping = false;
        if (ended && active === 0 && keys.size === 0) out.complete();
      };

      /** At the end of the turn, for what arrives or is done in one turn makes fuller packs together. */
      const later = (): void => {
        if (planned) return;
        planned = true;
        plan = scheduler.schedule(() => {
          planned = false;
          pump();
        });
      };

      out.add(flights);
      out.add(() => plan.unsubscribe());
      out.add(
        source.subscribe({
          next: (element) => {
            enqueue(element);
            if (active < concurrency) later();
          },
          error: (error: unknown) => out.error(error),
          complete: () => {
            ended = true;
            pump();
          },
        }),
      );
    });
