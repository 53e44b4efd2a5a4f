import {
  asyncScheduler,
  BehaviorSubject,
  catchError,
  defer,
  EMPTY,
  filter,
  ignoreElements,
  merge,
  NEVER,
  Observable,
  Subject,
  switchMap,
  takeUntil,
  tap,
} from 'rxjs';
import type { SchedulerLike } from 'rxjs';
import type { Context } from '../model/component.js';
import type { ErrorCode } from '../model/errors.js';
import { ConnectionError, FatalError, GatewayError, ProtocolError } from '../model/errors.js';
import type { Phase, State } from '../model/fact.js';
import { fullJitter } from './backoff.js';
import type { Backoff } from './backoff.js';
import { retryBackoff } from './retry-backoff.js';

/** Whom a supervisor watches, and how patiently. */
export interface Supervise {
  /** Where it says what happens. */
  readonly context: Pick<Context, 'name' | 'fact'>;
  /** Default: full jitter, a second at first, 15 s at most. */
  readonly backoff?: Backoff;
  /** `maxReconnectAttempts`: after so many tries in a row that failed, the first apart, it gives up. Default: never. */
  readonly most?: number | undefined;
  /** From its first value on nothing is tried again, and a wait ends. An attempt that runs ends by itself. */
  readonly stop?: Observable<unknown>;
  /** Where time comes from. Default: RxJS's `asyncScheduler`. */
  readonly scheduler?: SchedulerLike;
}

/** Failures in a row that make an {@link Alert}. */
const MANY = 10;

/** Errors after which another try may go well. */
const passes = (error: unknown): error is ConnectionError | ProtocolError =>
  error instanceof ConnectionError || error instanceof ProtocolError;

/** Goes through the retry instead of the values: that something has come, or that a connection is up over which nothing comes. */
const UP = Symbol('up');

/**
 * Keeps a connector's source alive. `attempt` makes one connection and calls the first function it is given once that is up, the second once it
 * has begun to ask its devices for values, if it is one that asks.
 *
 * | the attempt | what follows | facts |
 * |---|---|---|
 * | is made | | `connecting` the first time |
 * | is up | | `connected`, then perhaps `polling` |
 * | {@link ConnectionError} | again, after the backoff | `disconnected` if it was up, then `reconnecting`; at the tenth in a row an alert for each code, once. Of refused credentials: `refused`, and an alert at once |
 * | {@link ProtocolError} | the same | as above, and `failed` is counted |
 * | the same, after `most` tries | completes, the other connectors go on | `disconnected` if it was up, then `disabled`, and an alert |
 * | {@link FatalError} | the same | the same |
 * | completes, or fails so once it was asked to stop | completes | `disconnected` |
 *
 * Promises: any other error passes, for it is a bug. Unless `most` says otherwise it tries for ever: one night's outage must not end a plant's
 * data. A phase is said once, however often the attempt says that it is in it.
 */
export const supervise =
  ({
    context: { name: who, fact },
    backoff = fullJitter({ cap: 15_000 }),
    stop = NEVER,
    most = Infinity,
    scheduler = asyncScheduler,
  }: Supervise) =>
  <T>(attempt: (connected: () => void, polling: () => void) => Observable<T>): Observable<T> =>
    new Observable<T>((subscriber) => {
      let said: Phase | undefined;
      const say = (phase: Phase, details: Omit<State, 'kind' | 'who' | 'phase'> = {}): void => {
        said = phase;
        fact({ kind: 'state', who, phase, ...details });
      };
      const alert = ({ code }: GatewayError, text: string): void => fact({ kind: 'alert', who, code, text });
      const fail = (attempt: number, delay: number, why: string): void => {
        const known = latest instanceof GatewayError ? latest : undefined;
        const refused = known?.code === 'CREDENTIALS_REFUSED';
        if (attempt === 1) alerted.clear();
        const details = { why, attempt, retryInMs: Math.round(delay) };
        say(refused ? 'refused' : 'reconnecting', known === undefined ? details : { ...details, code: known.code });
        if (known === undefined || alerted.has(known.code) || (!refused && attempt < MANY)) return;
        alerted.add(known.code);
        alert(known, refused ? why : `failed ${attempt} times: ${why}`);
      };
      const waiting = new BehaviorSubject(false);
      const alerted = new Set<ErrorCode>();
      let latest: unknown;
      /** It was asked to stop. */
      let isOver = false;
      /** In which phase the connection is while it is up. */
      let standing: 'connected' | 'polling' | undefined;

      /** The values do not go through all that follows, for nothing in it looks at them. */
      const past = (values: Observable<T>, up: Subject<typeof UP>): Observable<never> =>
        new Observable((passing) => {
          let isFirst = true;
          return values.subscribe({
            next: (value) => {
              if (isFirst) up.next(UP);
              isFirst = false;
              subscriber.next(value);
            },
            error: (error: unknown) => passing.error(error),
            complete: () => {
              up.complete();
              passing.complete();
            },
          });
        });
      const one = defer((): Observable<typeof UP> => {
        waiting.next(false);
        const up = new Subject<typeof UP>();
        const enter = (phase: 'connected' | 'polling'): void => {
          if (standing === phase) return;
          standing = phase;
          say(phase);
          up.next(UP);
        };
        const values = attempt(
          () => enter('connected'),
          () => enter('polling'),
        );
        return merge(up, past(values, up));
      });

      /** A connection that was up is no more. */
      const fallen = (error: unknown): void => {
        if (standing === undefined || !(error instanceof GatewayError)) return;
        standing = undefined;
        say('disconnected', { why: error.message, code: error.code });
      };

      say('connecting');
      const life = one.pipe(
        tap({
          error: (error: unknown) => {
            latest = error;
            fallen(error);
            if (error instanceof ProtocolError) fact({ kind: 'count', who, counter: 'failed', n: 1 });
          },
        }),
        retryBackoff({
          backoff,
          scheduler,
          most,
          retriable: (error) => !isOver && passes(error),
          onRetry: ({ attempt: failures, delay, why }) => {
            fail(failures, delay, why);
            waiting.next(true);
          },
        }),
        ignoreElements(),
        tap({ complete: () => say('disconnected') }),
        catchError((error: unknown) => {
          if (isOver && passes(error)) {
            if (said !== 'disconnected') say('disconnected', { why: error.message, code: error.code });
            return EMPTY;
          }
          if (!(error instanceof FatalError) && !passes(error)) throw error;
          const why =
            error instanceof FatalError
              ? error.message
              : `gave up after ${most} ${most === 1 ? 'try' : 'tries'}: ${error.message}`;
          say('disabled', { why, code: error.code });
          alert(error, why);
          return EMPTY;
        }),
        takeUntil(
          stop.pipe(
            tap(() => (isOver = true)),
            switchMap(() => waiting.pipe(filter(Boolean))),
            tap(() => say('disconnected')),
          ),
        ),
      );
      return life.subscribe(subscriber);
    });
