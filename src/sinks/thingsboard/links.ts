import { BehaviorSubject, catchError, concat, defer, map, of, share, tap, throwError } from 'rxjs';
import type { Observable, SchedulerLike } from 'rxjs';
import type { Context } from '../../model/component.js';
import { FatalError } from '../../model/errors.js';
import type { Phase } from '../../model/fact.js';
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

const slow: ReadonlySet<string> = new Set(['CREDENTIALS_REFUSED', 'NOT_A_GATEWAY', 'DUPLICATE_GATEWAY']);
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
 * cannot be read). After refused credentials, an entity that is no gateway, or a second client with the same credentials, the next try
 * is a minute away or more. Subscribers are told in the order in which they subscribed. Says the states and alerts.
 */
export const links = ({ connect, context, backoff = linkBackoff, scheduler }: Links): Observable<Link> => {
  const who = 'thingsboard';
  const say = (phase: Phase, why?: string): void =>
    context.fact({ kind: 'state', who, phase, ...(why === undefined ? {} : { why }) });
  const mourn = (lost: LinkLost): void => {
    say(lost.code === 'CREDENTIALS_REFUSED' ? 'refused' : 'disconnected', lost.message);
    if (slow.has(lost.code)) context.fact({ kind: 'alert', who, code: lost.code, text: lost.message });
  };
  let wasUp = false;
  /** A file that could be read once is being replaced: that passes. */
  const asLost = (error: unknown): LinkLost | undefined => {
    if (error instanceof LinkLost) return error;
    return wasUp && error instanceof FatalError ? new LinkLost('BROKER_UNREACHABLE', error.message) : undefined;
  };
  return defer(() => {
    say('connecting');
    return connect;
  }).pipe(
    tap(() => {
      wasUp = true;
      say('connected');
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
      onRetry: ({ attempt, delay, why }) => {
        say('reconnecting', why);
        context.log.warn('the platform is away', { why, attempt, retryInMs: Math.round(delay) });
      },
      ...(scheduler === undefined ? {} : { scheduler }),
    }),
    share({ connector: () => new BehaviorSubject<Link>({}), resetOnRefCountZero: true }),
  );
};
