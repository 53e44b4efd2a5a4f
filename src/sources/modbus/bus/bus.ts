import {
  asyncScheduler,
  BehaviorSubject,
  catchError,
  concat,
  defer,
  finalize,
  from,
  merge,
  NEVER,
  ReplaySubject,
  Subject,
  switchMap,
  takeUntil,
  throwError,
} from 'rxjs';
import type { Observable, SchedulerLike } from 'rxjs';
import type { Command } from '../../../model/command.js';
import type { Context } from '../../../model/component.js';
import { enclose } from '../../../operators/enclose.js';
import type { Envelope } from '../../../model/envelope.js';
import { ConnectionError } from '../../../model/errors.js';
import type { Message } from '../../../model/message.js';
import { RpcError } from '../../../model/rpc-error.js';
import type { Meter } from '../../../operators/meter.js';
import { serve } from '../../../operators/serve.js';
import { supervise } from '../../../operators/supervise.js';
import type { Feed } from '../polling/feed.js';
import type { Connect } from '../wire/wire.js';
import { connectBackoff } from './connect-backoff.js';
import type { Group } from './groups.js';
import { line } from './line.js';
import type { Line } from './line.js';
import type { Unit } from './unit.js';

export interface BusOptions {
  readonly group: Group;
  readonly units: readonly Unit[];
  readonly feeds: readonly Feed[];
  readonly connect: Connect;
  readonly context: Pick<Context, 'name' | 'log' | 'fact'>;
  /** Those for its slaves; completes when the source is to stop. */
  readonly commands: Observable<Command>;
  /** Emits when the source is to stop, also to whoever subscribes later. */
  readonly stop: Observable<unknown>;
  readonly handle: (line: Line, command: Command) => Observable<Message>;
  /** The line of each connection, and undefined when it is no more. */
  readonly onLine: (line: Line | undefined) => void;
  readonly meter?: Meter;
  /** `maxReconnectAttempts`. */
  readonly most?: number | undefined;
  readonly scheduler?: SchedulerLike;
}

/**
 * One connection and all that goes over it: the polls of its slaves and the commands for them. It is made again whenever it is lost, as the settings of
 * its first slave say.
 *
 * Promises: a command waits for a connection as `serve` says. When it is to stop, polling ends at once, the connection when the last command is answered.
 */
export const bus = ({
  group: { endpoint, slaves },
  units,
  feeds,
  connect,
  context,
  commands,
  stop,
  handle,
  onLine,
  meter,
  most,
  scheduler = asyncScheduler,
}: BusOptions): Observable<Envelope<Message>> =>
  defer(() => {
    const [first] = slaves;
    const { name: who, log } = context;
    const { name } = endpoint;
    const lines = new BehaviorSubject<Line | undefined>(undefined);
    const served = new ReplaySubject<void>(1);
    const down = serve(commands, lines, handle, {
      name: `${who} (${name})`,
      onFailure: ({ kind: what, device }, why) =>
        log.warn('something for a device could not be delivered', { what, device, why }),
      scheduler,
    }).pipe(finalize(() => served.next()));

    const opened = (connected: () => void, polling: () => void): Observable<Envelope<Message>> =>
      connect(endpoint, first).pipe(
        switchMap((wire) => {
          const dead = new Subject<never>();
          const made = line({
            wire,
            name,
            units,
            delay: first.delayBetweenRequestsMs,
            ...(meter === undefined ? {} : { meter }),
            onDead: (why) => dead.error(why),
            scheduler,
          });
          connected();
          if (feeds.length > 0) polling();
          log.info('connected', { endpoint: name, slaves: units.length });
          const polls = merge(...feeds.map((feed) => feed.over(made))).pipe(takeUntil(stop));
          return merge(
            defer(() => {
              onLine(made);
              lines.next(made);
              return NEVER;
            }),
            dead,
            polls,
            NEVER,
          ).pipe(
            finalize(() => {
              lines.next(undefined);
              onLine(undefined);
              made.close(
                new RpcError(503, `the connection to ${name} was lost; whether the slave has got it is unknown`),
              );
            }),
          );
        }),
        catchError((error: unknown) =>
          concat(
            error instanceof ConnectionError ? from(feeds.flatMap((feed) => feed.gone())) : [],
            throwError(() => error),
          ),
        ),
        takeUntil(served),
      );
    const up = supervise({ context, stop, scheduler, backoff: connectBackoff(first), most })(opened);
    return merge(down.pipe(enclose()), up);
  });
