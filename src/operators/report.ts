import { NEVER, Observable, asyncScheduler } from 'rxjs';
import type { SchedulerLike } from 'rxjs';
import type { Log, Operator } from '../model/component.js';
import { replace } from '../model/envelope.js';
import type { Envelope } from '../model/envelope.js';
import type { Fact } from '../model/fact.js';
import { GATEWAY_DEVICE } from '../model/message.js';
import type { Data, Json, Message, Reporting } from '../model/message.js';
import type { ReportStrategy } from '../model/report-strategy.js';
import { launch } from './report/launch.js';
import type { Flight } from './report/launch.js';
import { lookedAt } from './report/looked-at.js';
import { points } from './report/points.js';
import type { Bounds, Kind, Point } from './report/points.js';
import { periods } from './report/periods.js';
import { deepEqual } from './report/deep-equal.js';
import { withoutReport } from './report/without-report.js';

/** What shall be forgotten. Of a connector alone or a device alone: all that belongs to it. Of neither: everything. */
export interface Forget {
  /** The connector was configured anew or removed: what is held is reported, then forgotten. */
  readonly connector?: string;
  /** The device was deleted on the platform: what is held of it goes as well, for a report would make it anew. */
  readonly device?: string;
  /** Values were lost on their way. It is no longer known what the platform has, so the next value goes; periods go on. */
  readonly lost?: boolean;
}

export interface ReportOptions {
  /** What is said of the gateway as a whole. Does not hold for the gateway's own device. Default: every value. */
  readonly gateway?: ReportStrategy | undefined;
  /** What is said of a connector. Default: nothing. */
  readonly connector?: (name: string) => ReportStrategy | undefined;
  /** Default: nothing is ever forgotten but by its time to live. */
  readonly forget?: Observable<Forget>;
  /** How many data points are remembered (default 100 000), and about how many bytes they may be (default 64 MiB). */
  readonly bounds?: Bounds;
  readonly log: Log;
  readonly fact: (fact: Fact) => void;
  readonly scheduler?: SchedulerLike;
}

const everyValue: ReportStrategy = { type: 'ON_RECEIVED', reportPeriod: 10_000, ttl: 86_400 };
const MOST: Bounds = { points: 100_000, bytes: 64 * 1024 * 1024 };

const saidOf = (report: Reporting | undefined, kind: Kind, key: string): ReportStrategy | undefined => {
  const byKey = report?.[kind];
  return byKey !== undefined && Object.hasOwn(byKey, key) ? byKey[key] : undefined;
};

const passes = ({ type }: ReportStrategy): boolean => type === 'ON_RECEIVED' || type === 'DISABLED';

/**
 * Reports each value when its strategy says so: always, on change, the latest of each period, or both. What is said nearest counts: of the
 * data point, the device, the connector, the gateway.
 *
 * ```
 * source            -a-a-b-b-c-|
 * ON_CHANGE         -a---b---c-|
 * ON_REPORT_PERIOD  -a-----b---(c|)   period 6; at the end what is held
 * ```
 *
 * Promises
 * - Every envelope is settled exactly once. What goes on is settled by whoever takes it. An unchanged value is settled as its twin on the way
 *   is, or acknowledged if that has arrived; one that came back is forgotten, so it goes again. What is held for a period is acknowledged.
 * - A device's order stays: what is held of it is reported before its disconnect passes, and its periods end with that.
 * - When the source completes, what is held is reported, then it completes. Unsubscribing reports nothing. No timer runs without a periodic point.
 * - Memory keeps to its bounds. A point beyond them passes as if on receipt, counted as `unremembered` and said once.
 *
 * Source: core specification, §8.
 */
export const report =
  ({
    gateway,
    connector,
    forget = NEVER,
    bounds = MOST,
    log,
    fact,
    scheduler = asyncScheduler,
  }: ReportOptions): Operator =>
  (source) =>
    new Observable<Envelope<Message>>((subscriber) => {
      const memory = points(bounds);
      const count = (counter: 'skipped' | 'unremembered'): void =>
        fact({ kind: 'count', who: 'report', counter, n: 1 });
      const periodically = periods({
        scheduler,
        emit: (item) => subscriber.next(item),
        onSkip: () => count('skipped'),
        drop: memory.drop,
      });
      let isFull = false;

      const drop = (point: Point): void => {
        periodically.leave(point);
        memory.drop(point);
      };
      /** It is no longer known what the platform has of it. */
      const doubt = (point: Point): void => {
        point.known = false;
        if (point.round === undefined) memory.drop(point);
        else point.held = true;
      };
      const overflow = (): true => {
        count('unremembered');
        if (!isFull)
          log.warn('the memory of the report strategies is full: values beyond it pass unfiltered', { ...bounds });
        isFull = true;
        return true;
      };
      const landing = {
        landed: (flight: Flight<Point>): void => {
          for (const point of flight.points) if (point.flight === flight) point.flight = undefined;
        },
        crashed: (flight: Flight<Point>): void => {
          for (const point of flight.points) {
            if (point.flight !== flight) continue;
            point.flight = undefined;
            doubt(point);
          }
        },
      };

      const look = (item: Envelope<Data>, base: ReportStrategy): void => {
        const { value: data } = item;
        const { device, profile, connector: owner } = data;
        const now = scheduler.now();
        const own: Flight<Point> = { points: [], followers: [] };
        const twins = new Set<Flight<Point>>();
        const goes = (point: Point, ts: number | undefined): true => {
          point.known = true;
          point.held = false;
          point.flight = own;
          point.ts = ts ?? point.ts;
          own.points.push(point);
          return true;
        };
        const place = (point: Point, { type, reportPeriod: period }: ReportStrategy): void => {
          if (type === 'ON_CHANGE') periodically.leave(point);
          else periodically.join(point, { period, connector: owner, profile });
        };
        const judge = (kind: Kind, key: string, value: Json, ts: number | undefined): boolean => {
          const strategy = saidOf(data.report, kind, key) ?? base;
          const known = memory.find(device, kind, key, now);
          if (passes(strategy)) {
            // The platform's value changes here; one remembered under another strategy is no longer what it has.
            if (known) drop(known);
            return true;
          }
          const ttl = strategy.ttl * 1_000;
          if (!known) {
            const fresh = { device, kind, key, value, connector: owner, at: now, ttl, ts: 0 };
            const none = { known: false, flight: undefined, round: undefined, held: false };
            const point = memory.add({ ...fresh, ...none });
            if (!point) return overflow();
            place(point, strategy);
            return goes(point, ts);
          }
          Object.assign(known, { at: now, ttl, connector: owner });
          const unchanged = known.known && deepEqual(known.value, value);
          if (!unchanged && !memory.change(known, value)) {
            drop(known);
            return overflow();
          }
          place(known, strategy);
          if (strategy.type === 'ON_REPORT_PERIOD') {
            known.known &&= unchanged;
            known.held = true;
            return false;
          }
          if (!unchanged) return goes(known, ts);
          if (known.flight !== undefined && known.flight !== own) twins.add(known.flight);
          return false;
        };
        const going = launch(item, lookedAt(data, judge), own, twins, landing);
        if (going) subscriber.next(going);
      };

      const bare = (item: Envelope<Data>): Envelope<Data> =>
        item.value.report === undefined ? item : replace(item, withoutReport(item.value));
      const arrive = (item: Envelope<Message>): void => {
        const { value } = item;
        if (value.kind === 'data') {
          const { report: said, device, connector: owner } = value;
          const ofConnector = owner === undefined ? undefined : connector?.(owner);
          const ofGateway = device === GATEWAY_DEVICE ? undefined : gateway;
          const base = said?.device ?? ofConnector ?? ofGateway ?? everyValue;
          const isPlain = passes(base) && said?.telemetry === undefined && said?.attributes === undefined;
          if (isPlain && !memory.knows(device)) subscriber.next(bare(item as Envelope<Data>));
          else look(item as Envelope<Data>, base);
          return;
        }
        if (value.kind === 'disconnected') {
          const periodic = memory.of(value.device).filter(({ round }) => round !== undefined);
          periodically.flush(periodic);
          periodic.forEach(drop);
        }
        subscriber.next(item);
      };

      const forgetting = forget.subscribe(({ device, connector: name, lost = false }) => {
        const meant = [...(device === undefined ? memory.all() : memory.of(device))].filter(
          (point) => name === undefined || point.connector === name,
        );
        if (lost) meant.forEach(doubt);
        else {
          if (device === undefined) periodically.flush(meant);
          meant.forEach(drop);
        }
      });
      const intake = source.subscribe({
        next: arrive,
        error: (error: unknown) => subscriber.error(error),
        complete: () => {
          periodically.flush(memory.all());
          subscriber.complete();
        },
      });
      return () => {
        intake.unsubscribe();
        forgetting.unsubscribe();
        periodically.stop();
      };
    });
