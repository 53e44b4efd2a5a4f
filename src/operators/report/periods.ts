import type { SchedulerLike, Subscription } from 'rxjs';
import { envelope } from '../../model/envelope.js';
import type { Envelope } from '../../model/envelope.js';
import type { Data, Json } from '../../model/message.js';
import { put } from '../extract/put.js';
import type { Point } from './points.js';

/** The points of one device that are reported together, once a period. */
export interface Round {
  readonly id: string;
  readonly device: string;
  readonly connector: string | undefined;
  readonly period: number;
  readonly points: Set<Point>;
  profile: string;
  due: number;
  unsettled: boolean;
  timer: Subscription | undefined;
}

interface Options {
  readonly scheduler: SchedulerLike;
  readonly emit: (report: Envelope<Data>) => void;
  readonly onSkip: () => void;
  /** The point has not arrived for its time to live. */
  readonly drop: (point: Point) => void;
}

/** Whom a point is reported for, and how often. */
export interface Place {
  readonly period: number;
  readonly connector: string | undefined;
  readonly profile: string;
}

export interface Periods {
  /** From now on the point is reported so. One that already is stays in its round. */
  readonly join: (point: Point, place: Place) => void;
  /** What is held of it is not reported. */
  readonly leave: (point: Point) => void;
  /** Reports at once what is held of these points. */
  readonly flush: (some: Iterable<Point>) => void;
  readonly stop: () => void;
}

/** How far a stamp of ours may lie ahead of the clock, in ms. */
const AHEAD = 1_000;

/**
 * Reports the latest values of points, a message for each device and period.
 *
 * Promises: a timer for each device and period that has points, and none else. Periods are counted from the first point's arrival and do not
 * drift. A device has at most one unsettled message a period: ticks that find one are skipped. A value whose report comes back is
 * reported again. `ts` is the scheduler's now, or just after the last that was reported of these points.
 */
export const periods = ({ scheduler, emit, onSkip, drop }: Options): Periods => {
  const running = new Map<string, Round>();

  const tell = (round: Round, some: readonly Point[]): void => {
    const telemetry: Record<string, Json> = {};
    const attributes: Record<string, Json> = {};
    const now = Math.round(scheduler.now());
    const ts = some.reduce((latest, one) => (one.ts <= now + AHEAD ? Math.max(latest, one.ts + 1) : latest), now);
    let entries = 0;
    for (const point of some) {
      if (point.kind === 'telemetry') entries += 1;
      put(point.kind === 'telemetry' ? telemetry : attributes, point.key, point.value);
      point.held = false;
      point.ts = ts;
    }
    const { device, connector, profile } = round;
    const data: Data = {
      kind: 'data',
      device,
      ...(connector === undefined ? {} : { connector }),
      profile,
      telemetry: entries === 0 ? [] : [{ ts, values: telemetry }],
      attributes,
    };
    round.unsettled = true;
    emit(
      envelope(
        data,
        () => (round.unsettled = false),
        () => {
          round.unsettled = false;
          for (const point of some) point.held = true;
        },
      ),
    );
  };
  const leave = (point: Point): void => {
    const { round } = point;
    if (round === undefined) return;
    point.round = undefined;
    point.held = false;
    round.points.delete(point);
    if (round.points.size > 0) return;
    round.timer?.unsubscribe();
    running.delete(round.id);
  };
  const arm = (round: Round): void => {
    const now = scheduler.now();
    // A clock that was set back does not make anyone wait for longer than a period.
    if (round.due > now + round.period) round.due = now + round.period;
    round.timer = scheduler.schedule(() => tick(round), Math.max(0, round.due - now));
  };
  const tick = (round: Round): void => {
    const now = scheduler.now();
    round.due += round.period * Math.max(1, 1 + Math.floor((now - round.due) / round.period));
    if (round.unsettled) onSkip();
    else {
      for (const point of round.points) {
        if (point.held || point.at + point.ttl > now) continue;
        leave(point);
        drop(point);
      }
      if (round.points.size > 0) tell(round, [...round.points]);
    }
    if (round.points.size > 0) arm(round);
  };

  return {
    join: (point, { period, connector, profile }) => {
      const { round: before } = point;
      if (before?.period === period && before.connector === connector) {
        before.profile = profile;
        return;
      }
      leave(point);
      const { device } = point;
      const id = JSON.stringify([device, connector, period]);
      let round = running.get(id);
      if (!round) {
        const due = scheduler.now() + period;
        const points = new Set<Point>();
        round = { id, device, connector, period, points, profile, due, unsettled: false, timer: undefined };
        running.set(id, round);
        arm(round);
      }
      round.points.add(point);
      point.round = round;
    },
    leave,
    flush: (some) => {
      const held = new Map<Round, Point[]>();
      for (const point of some) {
        if (!point.held || point.round === undefined) continue;
        const list = held.get(point.round);
        if (list) list.push(point);
        else held.set(point.round, [point]);
      }
      for (const [round, list] of held) tell(round, list);
    },
    stop: () => {
      for (const { timer } of running.values()) timer?.unsubscribe();
      running.clear();
    },
  };
};
