import {
  asyncScheduler,
  catchError,
  concatMap,
  defer,
  EMPTY,
  exhaustMap,
  filter,
  from,
  map,
  timer,
  toArray,
} from 'rxjs';
import type { Observable, SchedulerLike } from 'rxjs';
import type { Log, Source } from '../../model/component.js';
import { reasonOf } from '../../model/errors.js';
import type { Json } from '../../model/message.js';
import { enclose } from '../../operators/enclose.js';
import { untilAsked } from '../../operators/until-asked.js';
import { ownData } from './own-data.js';
import { runCommand } from './run-command.js';

/** One command whose output is a statistic. */
export interface CustomStatistic {
  /** The key of the value on the platform. */
  readonly attributeOnGateway: string;
  /** The program and its arguments. */
  readonly command: readonly string[];
  /** In seconds. */
  readonly timeout: number;
}

export interface CustomStatistics {
  readonly commands: readonly CustomStatistic[];
  /** Seconds between two runs. */
  readonly period: number;
  readonly log: Pick<Log, 'warn'>;
  /** Default: {@link runCommand}. */
  readonly run?: typeof runCommand;
  readonly scheduler?: SchedulerLike;
}

const number = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;

/** A number where it is one, else the text. */
const valueOf = (printed: string): Json => {
  const text = printed.trim();
  const value = number.test(text) ? Number(text) : NaN;
  return Number.isFinite(value) ? value : text;
};

/**
 * What commands of the user's print, as telemetry of the gateway itself: at the start, then once a period (core.md §10).
 *
 * Promises: one command at a time; a run that takes longer than a period leaves out the next; a command that fails is logged and has no value in that
 * run, the others have theirs. Unsubscribing kills the command that runs.
 */
export const customStatistics =
  ({ commands: wanted, period, log, run = runCommand, scheduler = asyncScheduler }: CustomStatistics): Source =>
  (commands) => {
    const result = ({
      attributeOnGateway: key,
      command,
      timeout,
    }: CustomStatistic): Observable<readonly [string, Json]> =>
      defer(() => run({ command, timeout: timeout * 1_000, scheduler })).pipe(
        map((printed) => [key, valueOf(printed)] as const),
        catchError((error: unknown) => {
          log.warn('a statistics command failed', { key, why: reasonOf(error) });
          return EMPTY;
        }),
      );
    return timer(0, period * 1_000, scheduler).pipe(
      exhaustMap(() => from(wanted).pipe(concatMap(result), toArray())),
      filter((results) => results.length > 0),
      map((results) => ownData(Math.round(scheduler.now()), Object.fromEntries(results))),
      enclose(),
      untilAsked(commands),
    );
  };
