import type { Observable, SchedulerLike } from 'rxjs';
import {
  EMPTY,
  Subject,
  asyncScheduler,
  catchError,
  defer,
  ignoreElements,
  merge,
  of,
  repeat,
  take,
  takeUntil,
  tap,
  timer,
} from 'rxjs';
import type { GatewayConfig } from '../config/gateway-config.js';
import type { Log } from '../model/component.js';
import { FatalError, reasonOf } from '../model/errors.js';
import type { Restarting } from '../sources/gateway/restarting.js';

/** How a gateway starts again when the platform asks for it. */
export interface Restart {
  /** The configuration as it is now; errors with a FatalError that lists its mistakes. Default: the one that the gateway began with. */
  readonly read?: Observable<GatewayConfig>;
  /**
   * Called where the configuration says `"restart": "exit"`: stops the gateway, for something outside to start it again. Default: it starts again by
   * itself, whatever the configuration says.
   */
  readonly exit?: () => void;
}

export interface Runs extends Restart {
  /** Makes a run, which completes soon after `over` has emitted. Throws a FatalError if the configuration cannot be used. */
  readonly make: (config: GatewayConfig, over: Observable<unknown>) => Observable<never>;
  readonly log: Pick<Log, 'error' | 'info'>;
  /** Emits when a run has reached the platform. Default: {@link STANDS} is the only proof of a run. */
  readonly up?: Observable<unknown>;
  readonly scheduler?: SchedulerLike;
}

/** After how long in ms a run stands that has not reached the platform: what comes then is not the fault of its configuration. */
const STANDS = 60_000;

interface Run {
  readonly config: GatewayConfig;
  readonly body: Observable<never>;
}

/**
 * One run after the other, each with the configuration that stands in the files when it is asked for.
 *
 * Promises: a configuration with mistakes stops nothing: that is said, and the gateway goes on as it is; one whose run ends with a FatalError before it
 * stands (it has reached the platform, or has run for a minute) makes room for the one before it. Later a FatalError is the end, as it is without a restart.
 * A run begins when the one before it has completed. Completes when a run completes that nobody asked to begin again.
 */
export const runs = (
  first: GatewayConfig,
  { make, log, read = of(first), exit, up = EMPTY, scheduler = asyncScheduler }: Runs,
): { readonly all: Observable<never>; readonly restarting: Restarting } => {
  const over = new Subject<void>();
  const made = (config: GatewayConfig): Run => ({ config, body: make(config, over) });
  let current: Run | undefined;
  let before: Run | undefined;
  let next: Run | undefined;

  const begin = (config: GatewayConfig): void => {
    if (config.restart === 'exit' && exit !== undefined) {
      log.info('leaving, to be started again');
      exit();
      return;
    }
    next = made(config);
    log.info('starting again');
    over.next();
  };
  const refused = (error: unknown): Observable<never> => {
    if (!(error instanceof FatalError)) throw error;
    log.error('not started again, for the new configuration cannot be used: the gateway goes on as it is', {
      list: reasonOf(error).split('\n'),
    });
    return EMPTY;
  };

  /** The same, and once it stands nothing is left to go back to. */
  const proving = (body: Observable<never>): Observable<never> =>
    defer(() => {
      if (before === undefined) return body;
      const ended = new Subject<void>();
      const stands = merge(up, timer(STANDS, scheduler)).pipe(
        take(1),
        tap(() => (before = undefined)),
        ignoreElements(),
        takeUntil(ended),
      );
      return merge(stands, body.pipe(tap({ complete: () => ended.next() })));
    });

  const run = (now: Run): Observable<never> => {
    current = now;
    return proving(now.body).pipe(
      catchError((error: unknown) => {
        if (before === undefined || !(error instanceof FatalError)) throw error;
        log.error('the gateway cannot run with its new configuration, and goes on with the one before', {
          list: reasonOf(error).split('\n'),
        });
        const back = made(before.config);
        before = undefined;
        return run(back);
      }),
    );
  };
  const again = (): Observable<unknown> => {
    if (next === undefined) return EMPTY;
    before = current;
    return of(undefined);
  };
  const all = defer(() => {
    const now = next ?? made(first);
    next = undefined;
    return run(now);
  }).pipe(repeat({ delay: again }));

  const once = defer(() => read).pipe(take(1));
  return {
    all,
    restarting: {
      check: once.pipe(ignoreElements()),
      begin: once.pipe(tap(begin), ignoreElements(), catchError(refused)),
    },
  };
};
