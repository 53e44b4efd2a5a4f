import {
  asyncScheduler,
  catchError,
  defer,
  endWith,
  from,
  ignoreElements,
  isObservable,
  map,
  ReplaySubject,
  share,
  takeUntil,
  tap,
} from 'rxjs';
import type { Observable, SchedulerLike } from 'rxjs';
import type { Context, Source } from '../model/component.js';
import type { Envelope } from '../model/envelope.js';
import { ConnectionError, FatalError, ProtocolError, reasonOf } from '../model/errors.js';
import type { ErrorCode, GatewayError } from '../model/errors.js';
import type { Counter } from '../model/fact.js';
import type { Message } from '../model/message.js';
import { isKept } from '../model/message.js';
import type { Backoff } from '../operators/backoff.js';
import { convert } from '../operators/convert.js';
import { shed } from '../operators/shed.js';
import { stamper } from '../operators/stamp.js';
import { supervise } from '../operators/supervise.js';
import { strayErrors } from './blame.js';
import { crossing, inNameOf } from './crossing.js';
import { enveloped } from './enveloped.js';
import type { Emitted } from './enveloped.js';
import { messagesOf } from './messages-of.js';

/** Messages without an envelope that may be unsettled at once. */
const PLAIN_LIMIT = 10_000;

/** How a user's source is run. */
export interface Containing {
  /** The folder of its module: what code from there throws where nobody waits is the source's failure. */
  readonly own: string;
  readonly context: Pick<Context, 'name' | 'log' | 'fact'>;
  readonly backoff?: Backoff;
  readonly scheduler?: SchedulerLike;
}

const kindOf = (value: unknown): string => (value === null ? 'null' : typeof value);

/**
 * Runs a user's source, of which nothing is known, as one of ours.
 *
 * | what it does | what follows |
 * |---|---|
 * | emits an envelope, a message, or devices in the incumbent's form | the messages; what has no envelope is not waited for: beyond 10,000 unsettled it is refused and counted as `shed` |
 * | emits anything else | it is logged, counted as `failed` and settled |
 * | errors with a {@link ConnectionError} or {@link ProtocolError} | again, after a backoff |
 * | errors with a {@link FatalError}, or gives no Observable | it is disabled, with an alert |
 * | throws or errors with anything else, in its stream or in a callback of its module's | logged with its stack, an alert, and again after a backoff |
 *
 * Promises: no error of it passes, and none of what it throws reaches whoever settles its envelopes. Its states are said: `connected` with its first data.
 */
export const contained =
  (source: (commands: Parameters<Source>[0]) => unknown, containing: Containing): Source =>
  (commands) => {
    const { own, context, backoff, scheduler = asyncScheduler } = containing;
    const { name: who, log, fact } = context;
    const count = (counter: Counter, n = 1): void => fact({ kind: 'count', who, counter, n });
    const failing =
      (text: string, code: ErrorCode) =>
      (error: unknown): void => {
        log.warn(text, { why: reasonOf(error), code });
        count('failed');
      };
    const failed = failing('what the connector gave is no message', 'CONVERSION_FAILED');
    const hurt = failing('the connector was told how an envelope ended, and failed', 'EXTENSION_FAILED');
    let told: string | undefined;
    const known = (error: unknown): GatewayError => {
      if (error instanceof ConnectionError || error instanceof ProtocolError || error instanceof FatalError)
        return error;
      const text = `the connector's own code failed: ${reasonOf(error)}`;
      log.error(text, { stack: error instanceof Error ? error.stack : undefined, code: 'EXTENSION_FAILED' });
      if (told !== text) fact({ kind: 'alert', who, code: 'EXTENSION_FAILED', text });
      told = text;
      return new ProtocolError('EXTENSION_FAILED', text, { cause: error });
    };
    const rethrown = (error: unknown): never => {
      throw known(error);
    };
    return defer((): Observable<Envelope<Message>> => {
      const stamp = stamper({ now: () => scheduler.now(), onCollision: (n) => count('collided', n) });
      const stop = commands.pipe(
        ignoreElements(),
        endWith(undefined),
        share({ connector: () => new ReplaySubject<unknown>(1), resetOnComplete: false }),
      );
      const supervising = { context, stop, scheduler, ...(backoff && { backoff }) };
      return supervise(supervising)((connected) =>
        defer(() => {
          const given = inNameOf(own, () => source(commands.pipe(crossing(undefined, own))));
          if (isObservable(given)) return from(given).pipe(crossing(own, undefined));
          throw new FatalError('EXTENSION_FAILED', `the connector's source gave ${kindOf(given)}, and no Observable`);
        }).pipe(
          map((emitted) => enveloped(emitted, own, hurt)),
          shed<Emitted>(
            PLAIN_LIMIT,
            () => count('shed'),
            ({ plain }) => plain,
          ),
          convert<Emitted, Message>(({ value }) => {
            const messages = messagesOf(value, (converted) => stamp(converted));
            if (messages.length === 0) count('empty');
            return messages;
          }, failed),
          tap(({ value }) => {
            if (isKept(value)) connected();
          }),
          catchError(rethrown),
          takeUntil(strayErrors(own).pipe(catchError(rethrown))),
        ),
      );
    });
  };
