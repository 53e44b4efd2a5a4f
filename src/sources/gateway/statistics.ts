import { asyncScheduler, combineLatest, defer, filter, map, repeat, startWith, tap, timer, withLatestFrom } from 'rxjs';
import type { Observable, SchedulerLike } from 'rxjs';
import type { Source } from '../../model/component.js';
import { envelope } from '../../model/envelope.js';
import type { Fact } from '../../model/fact.js';
import { GATEWAY_DEVICE } from '../../model/message.js';
import { noFacts } from '../../operators/tally.js';
import type { Sums } from '../../operators/tally.js';
import { untilAsked } from '../../operators/until-asked.js';
import type { Figures } from './figures.js';
import { ownData } from './own-data.js';

/** The incumbent sends no more often either. */
const SHORTEST = 10;

export interface Statistics {
  readonly sums: Observable<Sums>;
  /** How many devices are connected now. */
  readonly devices: Observable<number>;
  /** `statsSendPeriodInSeconds`. Default 60, at least 10. */
  readonly period?: number;
  /** More figures for each message; `queued` messages wait in the storage. Default: none. */
  readonly figures?: (now: number, queued: number) => Figures;
  /** Told of each period that was skipped. */
  readonly fact?: (fact: Fact) => void;
  readonly scheduler?: SchedulerLike;
}

/**
 * The time to the next multiple of `every` after `start`. Counted from the clock at each tick, so that late timers do not add up; a clock
 * that was set only moves the next tick. A timer that fired a little early does not fire twice.
 */
const untilNext = (start: number, now: number, every: number): number => {
  const past = (((now - start) % every) + every) % every;
  const left = every - past;
  return left < every / 2 ? left + every : left;
};

/**
 * The gateway's own telemetry: devices_connected, messages_received, messages_sent and events_queued, and whatever `figures` adds, once per period.
 *
 * Promises: at most one message is unsettled, periods that find it so are skipped; one that is not taken is not sent again, since the
 * next one says more: its figures begin where the last ones ended that were taken; no drift; completes when `commands` does.
 */
export const statistics =
  ({ sums, devices, period = 60, figures, fact, scheduler = asyncScheduler }: Statistics): Source =>
  (commands) =>
    defer(() => {
      const every = Math.max(SHORTEST, period) * 1_000;
      const start = scheduler.now();
      let unsettled = false;
      const settle = (more?: Figures): void => {
        unsettled = false;
        more?.taken();
      };
      const latest = combineLatest({ sums: sums.pipe(startWith(noFacts)), devices: devices.pipe(startWith(0)) });
      return defer(() => timer(untilNext(start, scheduler.now(), every), scheduler)).pipe(
        repeat(),
        tap(() => {
          if (unsettled) fact?.({ kind: 'count', who: GATEWAY_DEVICE, counter: 'skipped', n: 1 });
        }),
        filter(() => !unsettled),
        withLatestFrom(latest),
        map(([, now]) => {
          unsettled = true;
          const more = figures?.(scheduler.now(), now.sums.queued);
          const values = {
            ...more?.values,
            devices_connected: now.devices,
            messages_received: now.sums.received,
            messages_sent: now.sums.delivered,
            events_queued: now.sums.queued,
          };
          return envelope(
            ownData(Math.round(scheduler.now()), values),
            () => settle(more),
            () => settle(),
          );
        }),
        untilAsked(commands),
      );
    });
