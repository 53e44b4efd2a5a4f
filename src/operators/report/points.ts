import type { Json } from '../../model/message.js';
import type { Flight } from './launch.js';
import type { Round } from './periods.js';

export type Kind = 'attributes' | 'telemetry';

/** What is remembered of one data point of one device. */
export interface Point {
  readonly device: string;
  readonly kind: Kind;
  readonly key: string;
  /** The latest that arrived. */
  value: Json;
  /** Whose it is. */
  connector: string | undefined;
  /** When it last arrived, and for how long it is remembered from then on, in ms. */
  at: number;
  ttl: number;
  /** Whether the platform has the value, or will have it when `flight` has landed: only then need the same value not go again. */
  known: boolean;
  flight: Flight<Point> | undefined;
  /** Where the latest value is reported from, in a periodic strategy. */
  round: Round | undefined;
  /** The latest value was acknowledged and has not been reported yet. */
  held: boolean;
  /** The time that it was last reported with. */
  ts: number;
  weight: number;
}

interface Memory {
  readonly attributes: Map<string, Point>;
  readonly telemetry: Map<string, Point>;
}

export interface Bounds {
  readonly points: number;
  readonly bytes: number;
}

/** What is remembered, within its bounds. */
export interface Points {
  readonly knows: (device: string) => boolean;
  readonly find: (device: string, kind: Kind, key: string, now: number) => Point | undefined;
  /** Undefined if there is no room. */
  readonly add: (point: Omit<Point, 'weight'>) => Point | undefined;
  /** False if there is no room for this value: the old one is still there then. */
  readonly change: (point: Point, value: Json) => boolean;
  readonly drop: (point: Point) => void;
  readonly of: (device: string) => readonly Point[];
  readonly all: () => Iterable<Point>;
}

/** What a point costs beside its texts, in bytes. */
const OVERHEAD = 300;
/** How long in ms a memory that stays full is left alone before it is looked through again. */
const REST = 60_000;
/** Points remembered before the first sweep. */
const SWEEP_FROM = 1_024;

const weigh = (key: string, value: Json): number => {
  const size = typeof value === 'string' ? value.length : typeof value === 'object' ? JSON.stringify(value).length : 8;
  return OVERHEAD + 2 * (key.length + size);
};

/**
 * Makes the memory of the report strategies.
 *
 * Promises: never holds more than its bounds. A point that has not arrived for its time to live is forgotten at the latest when the memory
 * has doubled or is full; one that is reported periodically is left to its round.
 */
export const points = (bounds: Bounds): Points => {
  const memories = new Map<string, Memory>();
  let count = 0;
  let bytes = 0;
  let sweepAt = SWEEP_FROM;
  let fullAt = -Infinity;

  const isOver = ({ round, at, ttl }: Point, now: number): boolean => round === undefined && at + ttl <= now;
  const drop = (point: Point): void => {
    const memory = memories.get(point.device);
    if (memory?.[point.kind].get(point.key) !== point) return;
    memory[point.kind].delete(point.key);
    count -= 1;
    bytes -= point.weight;
    if (memory.attributes.size + memory.telemetry.size === 0) memories.delete(point.device);
  };
  const of = (device: string): readonly Point[] => {
    const memory = memories.get(device);
    return memory === undefined ? [] : [...memory.attributes.values(), ...memory.telemetry.values()];
  };
  const all = function* (): Iterable<Point> {
    for (const device of memories.keys()) yield* of(device);
  };
  const sweep = (now: number): void => {
    for (const point of all()) if (isOver(point, now)) drop(point);
    sweepAt = Math.max(SWEEP_FROM, 2 * count);
  };
  const hasRoom = (more: number, weight: number): boolean =>
    count + more <= bounds.points && bytes + weight <= bounds.bytes;

  return {
    knows: (device) => memories.has(device),
    find: (device, kind, key, now) => {
      const point = memories.get(device)?.[kind].get(key);
      if (point === undefined || !isOver(point, now)) return point;
      drop(point);
      return undefined;
    },
    add: (bare) => {
      const { device, kind, key, value, at } = bare;
      const weight = weigh(key, value);
      if (count >= sweepAt) sweep(at);
      if (!hasRoom(1, weight) && Math.abs(at - fullAt) >= REST) {
        fullAt = at;
        sweep(at);
      }
      if (!hasRoom(1, weight)) return undefined;
      const point: Point = { ...bare, weight };
      let memory = memories.get(device);
      if (!memory) memories.set(device, (memory = { attributes: new Map(), telemetry: new Map() }));
      memory[kind].set(key, point);
      count += 1;
      bytes += weight;
      return point;
    },
    change: (point, value) => {
      const weight = weigh(point.key, value);
      if (weight > point.weight && !hasRoom(0, weight - point.weight)) return false;
      bytes += weight - point.weight;
      point.weight = weight;
      point.value = value;
      return true;
    },
    drop,
    of,
    all,
  };
};
