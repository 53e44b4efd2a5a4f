import { asyncScheduler, Observable, throwError, timeout } from 'rxjs';
import type { SchedulerLike } from 'rxjs';
import { ConnectionError } from '../../../model/errors.js';
import type { Endpoint } from '../endpoint-of.js';
import { conversation } from './conversation.js';
import { framingOf } from './framing/framing-of.js';
import { lineLost } from './lines/line-lost.js';
import { lineTo } from './lines/line-to.js';
import { quietMs } from './quiet-ms.js';
import type { Wire, WireSettings } from './wire.js';

/**
 * Connects to slaves over TCP, TLS, UDP or a serial line; a `Connect` of `wire.ts`, which says what it promises.
 *
 * Certificates are read at each connection. Over a serial line in rtu the silence that the specification asks for is kept before each request.
 * A FatalError says that this system has no serial lines.
 */
export const connect = (
  endpoint: Endpoint,
  settings: WireSettings,
  scheduler: SchedulerLike = asyncScheduler,
): Observable<Wire> =>
  new Observable((subscriber) => {
    const { name, kind } = endpoint;
    const unreachable = (why: string) => new ConnectionError('BROKER_UNREACHABLE', `${name}: ${why}`);
    let talk: ReturnType<typeof conversation> | undefined;
    const lost = (error: unknown): void => {
      const why = lineLost(name, error);
      talk?.close(why instanceof ConnectionError ? why : unreachable(why.message));
      subscriber.error(why);
    };
    subscriber.add(() => talk?.close(unreachable('the connection was closed')));
    subscriber.add(
      lineTo(endpoint, settings)
        .pipe(
          timeout({
            first: settings.timeout * 1_000,
            scheduler,
            with: () => throwError(() => unreachable(`no connection within ${settings.timeout} s`)),
          }),
        )
        .subscribe({
          next: (line) => {
            talk = conversation({
              line,
              framing: framingOf[settings.method],
              quietMs: kind === 'serial' && settings.method === 'rtu' ? quietMs(settings.baudrate) : 0,
              name,
              onLost: lost,
              scheduler,
            });
            subscriber.next(talk.wire);
          },
          error: lost,
        }),
    );
  });
