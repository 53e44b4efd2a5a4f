import {
  asyncScheduler,
  auditTime,
  concat,
  defer,
  exhaustMap,
  filter,
  map,
  merge,
  of,
  Subject,
  tap,
  timer,
} from 'rxjs';
import type { SchedulerLike } from 'rxjs';
import type { Source } from '../../model/component.js';
import { envelope } from '../../model/envelope.js';
import type { Envelope } from '../../model/envelope.js';
import { Refused } from '../../model/errors.js';
import type { Fact } from '../../model/fact.js';
import type { Data, Values } from '../../model/message.js';
import { untilAsked } from '../../operators/until-asked.js';
import { componentHealth } from './component-health.js';
import type { News } from './component-health.js';
import { ownData } from './own-data.js';

export interface Health {
  /** To be told of every fact, from the first one on. */
  readonly hear: (fact: Fact) => void;
  readonly source: Source;
}

export interface HealthOptions {
  /** Components that are no connectors. */
  readonly apart?: ReadonlySet<string>;
  /** Attributes that are said once, with the first message. */
  readonly first?: Values;
  readonly scheduler?: SchedulerLike;
}

/** Ms between two messages. */
const PACE = 5_000;
/** Ms for which errors are counted. */
const MINUTE = 60_000;

/**
 * How the components are, as attributes and telemetry of the gateway itself: what {@link componentHealth} keeps.
 *
 * Promises: a message at most every five seconds, with what has changed since; what could not be stored is said again with the next; no timer runs
 * while nothing changes; errors count from nought a minute after the first of them. Source: core.md §10.
 */
export const health = ({ apart = new Set(), first = {}, scheduler = asyncScheduler }: HealthOptions = {}): Health => {
  const known = componentHealth(apart, first);
  const heard = new Subject<'error' | 'change'>();
  return {
    hear: (fact) => {
      const what = known.hear(fact);
      if (what !== undefined) heard.next(what);
    },
    source: (commands) =>
      defer(() => {
        const settled = new Subject<void>();
        let unsettled = false;
        const enclosed = (news: News): Envelope<Data> => {
          unsettled = true;
          const settle = (done: boolean): void => {
            unsettled = false;
            if (done) news.taken();
            settled.next();
          };
          return envelope(
            ownData(Math.round(scheduler.now()), news.telemetry, news.attributes),
            () => settle(true),
            // What can never be stored is not worth another try.
            (why) => settle(why instanceof Refused),
          );
        };
        const minutes = heard.pipe(
          filter((what) => what === 'error'),
          exhaustMap(() => timer(MINUTE, scheduler)),
          tap(known.reset),
        );
        const before = of(undefined);
        return concat(before, merge(heard, minutes, settled)).pipe(
          auditTime(PACE, scheduler),
          map(() => (unsettled ? undefined : known.news())),
          filter((news) => news !== undefined),
          map(enclosed),
          untilAsked(commands),
        );
      }),
  };
};
