import { BehaviorSubject, catchError, concat, defer, map, of, share, tap, throwError } from 'rxjs';
import type { Observable, SchedulerLike } from 'rxjs';
import type { Context } from '../../model/component.js';
import { FatalError } from '../../model/errors.js';
import type { ErrorCode } from '../../model/errors.js';
import { fullJitter } from '../../operators/backoff.js';
import type { Backoff } from '../../operators/backoff.js';
import { retryBackoff } from '../../operators/retry-backoff.js';
import { LinkLost } from './link-lost.js';
import type { Session } from './session.js';

/** The connection as it is now: a session, or none and why the last one ended. */
export interface Link {
  readonly session?: Session;
  readonly lost?: LinkLost;
}

const slow: ReadonlySet<string> = new Set([
  'CREDENTIALS_REFUSED',
  'NOT_A_GATEWAY',
  'NOT_THINGSBOARD',
  'DUPLICATE_GATEWAY',
  'PROVISIONING_REFUSED',
]);
/** The server ended the session because of one publish; finding out which takes a few more connections. */
const searching: ReadonlySet<number> = new Set([129, 131, 153]);
/** The server says that there was too much; it says 139 when devices were connected too fast. */
const limited: ReadonlySet<number> = new Set([139, 150, 151, 159]);

/** Knocking at a closed door costs little, and when it opens a queue waits behind it: so never long. */
const usual = fullJitter({ cap: 15_000 });
const quick = fullJitter({ cap: 5_000 });
const polite = fullJitter({ floor: 1_000, base: 2_000 });
const patient = fullJitter({ floor: 60_000, base: 120_000, cap: 120_000 });

/** How long to wait before the next connection. Source: the platform's MQTT contract, §1.4, §1.5. */
export const linkBackoff: Backoff = (attempt, error) => {
  if (!(error instanceof LinkLost)) return usual(attempt, error);
  if (slow.has(error.code)) return patient(attempt, error);
  if (error.reason !== undefined && limited.has(error.reason)) return polite(attempt, error);
  if (error.reason !== undefined && searching.has(error.reason)) return quick(attempt, error);
  return usual(attempt, error);
};

/** Failures in a row that make an alert. */
const MANY = 10;

export interface Links {
  readonly connect: Observable<Session>;
  readonly context: Context;
  readonly backoff?: Backoff;
  readonly scheduler?: SchedulerLike;
}

/**
 * The connection to the platform, kept up: the current session, or why there is none. The latest is replayed to whoever comes later.
 *
 * Promises: at most one connection at a time; it never ends of itself, whatever the platform does, but with a FatalError (a file that
 * cannot be read at the first try, later it may be about to be replaced; keys for provisioning that the platform does not know). After refused credentials, an entity that is no gateway, a server
 * that is no ThingsBoard, a second client with the same credentials, or a refusal to give out credentials, the next try is a minute away or more. Subscribers are told in the order in which they
 * subscribed. Says one state for each failure, with its reason and the wait; and, once until a session stands again, an alert for each
 * of those five and for ten failures in a row.
 */
export const links = ({ connect, context, backoff = linkBackoff, scheduler }: Links): Observable<Link> => {
  const who = 'thingsboard';
  const alerted = new Set<ErrorCode>();
  const alert = (code: ErrorCode, text: string): void => {
    if (alerted.has(code)) return;
    alerted.add(code);
    context.fact({ kind: 'alert', who, code, text });
  };
  let failures = 0;
  let filesWereRead = false;
  let latest: LinkLost | undefined;

  /** A file that could be read once is being replaced: that passes. */
  const asLost = (error: unknown): LinkLost | undefined => {
    if (error instanceof LinkLost) return error;
    const passing = filesWereRead && error instanceof FatalError && error.code === 'CONFIG_INVALID';
    return passing ? new LinkLost(error.code, error.message) : undefined;
  };
  const mourn = (lost: LinkLost): void => {
    filesWereRead = true;
    latest = lost;
    failures += 1;
  };
  const said = (why: string, delay: number): void => {
    const code = latest?.code ?? 'BROKER_UNREACHABLE';
    const phase = code === 'CREDENTIALS_REFUSED' ? 'refused' : 'reconnecting';
    context.fact({ kind: 'state', who, phase, why, code, attempt: failures, retryInMs: Math.round(delay) });
    if (slow.has(code)) alert(code, why);
    else if (failures === MANY) alert(code, `failed ${MANY} times in a row: ${why}`);
  };
  return defer(() => {
    context.fact({ kind: 'state', who, phase: 'connecting' });
    return defer(() => connect).pipe(
      tap(() => {
        filesWereRead = true;
        failures = 0;
        alerted.clear();
        context.fact({ kind: 'state', who, phase: 'connected' });
      }),
      map((session): Link => ({ session })),
      catchError((error: unknown) => {
        const lost = asLost(error);
        if (lost === undefined) return throwError(() => error);
        mourn(lost);
        return concat(
          of<Link>({ lost }),
          throwError(() => lost),
        );
      }),
      retryBackoff({
        backoff,
        onRetry: ({ delay, why }) => said(why, delay),
        ...(scheduler === undefined ? {} : { scheduler }),
      }),
    );
  }).pipe(share({ connector: () => new BehaviorSubject<Link>({}), resetOnRefCountZero: true }));
};
