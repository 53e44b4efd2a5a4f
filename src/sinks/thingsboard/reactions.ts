import { asyncScheduler, map, of, timer } from 'rxjs';
import type { Observable, SchedulerLike } from 'rxjs';
import type { Envelope } from '../../model/envelope.js';
import type { Alert } from '../../model/fact.js';
import type { Allowance } from './allowance.js';
import type { Part } from './part.js';
import type { Session } from './session.js';
import type { Story, Suspicion } from './suspicion.js';
import { verdictOf } from './verdict.js';

/** What becomes of a pack. `apart`: each device by itself; `fit`: these packs instead of it, which are smaller. */
export type End =
  | { readonly kind: 'delivered' }
  | { readonly kind: 'fit'; readonly packs: readonly (readonly Envelope<Part>[])[] }
  | { readonly kind: 'again'; readonly after: number }
  | { readonly kind: 'halve' | 'refuse' | 'defer' | 'apart'; readonly why: string };

export interface Reactions {
  /** What the PUBACK of a pack of so many parts means. */
  readonly answered: (
    story: Story,
    session: Session,
    devices: readonly string[],
    parts: number,
    reason: number,
  ) => Observable<End>;
  /** The connection ended after a PUBACK 151: it was a rate limit. */
  readonly throttled: (session: Session) => void;
}

export interface ReactionsOptions {
  readonly allowance: Allowance;
  readonly suspicion: Suspicion;
  readonly alert: (alert: Pick<Alert, 'code' | 'text'>) => void;
  readonly scheduler?: SchedulerLike;
}

/** A connection that is closed within so many ms of a PUBACK 151 was closed for a rate limit; one that stays open has a device too many. */
const CLOSE_AFTER_151 = 2_000;
const BROKEN_TRIES = 3;
const DEVICE_TRIES = 3;
const FIRST_WAIT = 1_000;
const MAX_PAUSE = 60_000;

/**
 * The reactions to the reasons of the platform's acknowledgements.
 *
 * Promises: 153 and 144 halve; 131 halves, a single part only after three tries; 151 followed by the end of the connection pauses the
 * limits for the shortest window, doubled while it goes on; 151 on a connection that stays defers the device; 128 is tried again after
 * 1 and 2 s and then defers the device. Source: the platform's MQTT contract, §9.
 */
export const reactions = ({ allowance, suspicion, alert, scheduler = asyncScheduler }: ReactionsOptions): Reactions => {
  const failures = new Map<string, number>();
  const overfull = new WeakMap<Session, Set<string>>();
  const limits = new WeakSet<Session>();
  let throttles = 0;

  const limited = (story: Story, session: Session, devices: readonly string[]): Observable<End> => {
    const full = overfull.get(session) ?? new Set<string>();
    overfull.set(session, full);
    const [device = ''] = devices;
    const end: End =
      devices.length > 1
        ? { kind: 'apart', why: 'reason 151' }
        : { kind: 'defer', why: 'the platform has no room for another device (reason 151)' };
    if (full.has(device)) return of(end);
    story.limitedOn = session;
    return timer(CLOSE_AFTER_151, scheduler).pipe(
      map(() => {
        delete story.limitedOn;
        if (devices.length === 1) full.add(device);
        return end;
      }),
    );
  };

  const failed = (devices: readonly string[], why: string): End => {
    const [device = ''] = devices;
    if (devices.length > 1) return { kind: 'apart', why };
    const times = (failures.get(device) ?? 0) + 1;
    failures.set(device, times);
    if (times < DEVICE_TRIES) return { kind: 'again', after: FIRST_WAIT * 2 ** (times - 1) };
    failures.delete(device);
    return { kind: 'defer', why };
  };

  return {
    answered: (story, session, devices, parts, reason) => {
      delete story.session;
      const why = `reason ${reason}`;
      const verdict = verdictOf(reason);
      if (verdict === 'delivered') {
        throttles = 0;
        if (failures.size > 0) devices.forEach((device) => failures.delete(device));
        return of({ kind: 'delivered' });
      }
      // The platform has named the culprit; if it ends the connection now, that is why.
      suspicion.explain(session);
      if (verdict === 'limited') return limited(story, session, devices);
      if (verdict === 'again') return of(failed(devices, why));
      if (verdict === 'poison' || parts > 1) return of({ kind: 'halve', why });
      story.broken += 1;
      return of(
        story.broken < BROKEN_TRIES ? { kind: 'again', after: FIRST_WAIT * story.broken } : { kind: 'refuse', why },
      );
    },
    throttled: (session) => {
      if (limits.has(session)) return;
      limits.add(session);
      const [shortest] = allowance.devices.spans();
      const pause = Math.min(MAX_PAUSE, Math.max(FIRST_WAIT, shortest) * 2 ** Math.min(throttles, 16));
      throttles += 1;
      allowance.devices.pause(pause);
      alert({
        code: 'PLATFORM_THROTTLED',
        text: `the platform enforced a rate limit; device data waits ${Math.round(pause)} ms and is then sent again`,
      });
    },
  };
};
