import {
  asyncScheduler,
  defer,
  EMPTY,
  filter,
  from,
  ignoreElements,
  map,
  mergeMap,
  of,
  race,
  ReplaySubject,
  share,
  Subject,
  take,
  tap,
  timer,
} from 'rxjs';
import type { Observable, SchedulerLike } from 'rxjs';
import { GATEWAY_DEVICE } from '../../model/message.js';
import type { Limiter, Priority } from '../../operators/rate-limit.js';
import type { Bucket } from './allowance.js';
import type { NewNames } from './new-names.js';
import type { Session } from './session.js';
import { topics } from './topics.js';

/** How many idle announcements are in flight, and how long one is waited for: older platforms never acknowledge it. */
const IDLE_IN_FLIGHT = 8;
const IDLE_WAIT = 1_000;

export interface Announcer {
  /** Emits once when the device's connect is on its way on this session: its data may follow. Undefined: it has been already. */
  readonly before: (session: Session, device: string, profile: string) => Observable<void> | undefined;
  /** Whether a message has told the device's profile. */
  readonly knows: (device: string) => boolean;
  /** Emits the device's profile once, as soon as a message has told it. */
  readonly met: (device: string) => Observable<string>;
  /** Emits once when the device has been announced on this session, by whatever has reason to. */
  readonly announced: (session: Session, device: string) => Observable<void>;
  /** Announces, says when it departs, and emits the PUBACK's reason, or 0 after `patience` ms without one. */
  readonly connect: (
    session: Session,
    device: string,
    profile: string,
    how: { readonly patience: number; readonly departs: () => void },
  ) => Observable<number>;
  /** Announces the devices of earlier sessions that this one has not seen yet, when nothing else wants to be sent. */
  readonly rest: (session: Session) => Observable<never>;
  /** The device is disconnected or was deleted: it is announced again before its next data. */
  readonly forget: (device: string) => void;
  /** The platform has renamed the device: it is announced under that name from now on. */
  readonly rename: (device: string, now: string) => void;
}

/**
 * Tells the platform of each device, with its profile, before the device's first data on a connection.
 *
 * Promises: once per device and session, again after a reconnect and after {@link Announcer.forget}; the acknowledgement of a connect is
 * never waited for before data. Without it the platform would make the device under the profile `default`, for good. Source: the
 * platform's MQTT contract, §4.
 */
export const announcer = (
  limiter: Limiter<Bucket>,
  names: Pick<NewNames, 'now' | 'of'>,
  scheduler: SchedulerLike = asyncScheduler,
): Announcer => {
  const known = new Map<string, string>();
  const learned = new Subject<string>();
  let current: Session | undefined;
  const sessions = new WeakMap<Session, Map<string, true | Observable<void>>>();

  const seenOn = (session: Session): Map<string, true | Observable<void>> => {
    const seen = sessions.get(session) ?? new Map<string, true | Observable<void>>();
    sessions.set(session, seen);
    return seen;
  };
  const claim = (session: Session, device: string, profile: string): void => {
    known.set(device, profile);
    seenOn(session).set(device, true);
    current = session;
  };

  const send = (
    session: Session,
    asked: string,
    profile: string,
    priority: Priority,
  ): Observable<Observable<number>> => {
    const since = names.now();
    return limiter.take({ messages: 1 }, priority).pipe(
      map(() => {
        const device = names.of(asked, since);
        claim(session, device, profile);
        const answer = session.announce(topics.connect, JSON.stringify({ device, type: profile }));
        learned.next(device);
        return answer;
      }),
    );
  };

  const forget = (device: string): void => {
    known.delete(device);
    if (current !== undefined) sessions.get(current)?.delete(device);
  };

  return {
    before: (session, device, profile) => {
      if (device === GATEWAY_DEVICE) return undefined;
      const seen = seenOn(session);
      const state = seen.get(device);
      if (state === true) return undefined;
      if (state !== undefined) return state;
      const sent = send(session, device, profile, 'data').pipe(
        map(() => undefined),
        share({ connector: () => new ReplaySubject<void>(1), resetOnComplete: false }),
      );
      seen.set(device, sent);
      return sent;
    },
    knows: (device) => known.has(device),
    met: (device) =>
      defer(() => (known.has(device) ? of(device) : learned.pipe(filter((name) => name === device)))).pipe(
        take(1),
        map(() => known.get(device) ?? 'default'),
      ),
    announced: (session, device) => {
      const isAnnounced = (): boolean => seenOn(session).get(device) === true;
      return defer(() =>
        isAnnounced() ? of(device) : learned.pipe(filter((name) => name === device && isAnnounced())),
      ).pipe(
        take(1),
        map(() => undefined),
      );
    },
    connect: (session, device, profile, { patience, departs }) =>
      send(session, device, profile, 'data').pipe(
        tap(departs),
        mergeMap((answer) => race(answer, timer(patience, scheduler).pipe(map(() => 0)))),
        take(1),
      ),
    rest: (session) =>
      defer(() => from([...known])).pipe(
        mergeMap(([device, profile]) => {
          if (!known.has(device) || seenOn(session).has(device)) return EMPTY;
          return send(session, device, profile, 'idle').pipe(
            mergeMap((answer) => race(answer, timer(IDLE_WAIT, scheduler))),
            take(1),
          );
        }, IDLE_IN_FLIGHT),
        ignoreElements(),
      ),
    forget,
    rename: (device, now) => {
      const profile = known.get(device);
      forget(device);
      if (profile !== undefined) known.set(now, profile);
    },
  };
};
