import { asyncScheduler, concat, defer, EMPTY, from, ignoreElements, mergeMap, of, switchMap, take, timer } from 'rxjs';
import type { Observable, SchedulerLike } from 'rxjs';
import type { Context } from '../../model/component.js';
import type { Envelope } from '../../model/envelope.js';
import { Refused, Unavailable } from '../../model/errors.js';
import type { Alert } from '../../model/fact.js';
import type { Allowance } from './allowance.js';
import type { Announcer } from './announce.js';
import { encode } from './encode.js';
import { fitted } from './fitted.js';
import type { Link } from './links.js';
import type { NewNames } from './new-names.js';
import type { Part } from './part.js';
import { quarantine } from './quarantine.js';
import { reactions } from './reactions.js';
import type { End } from './reactions.js';
import { refit } from './refit.js';
import type { Session } from './session.js';
import { newStory, suspicion } from './suspicion.js';
import type { Story } from './suspicion.js';
import { isGatewayTopic, topics } from './topics.js';

export type Pack = readonly Envelope<Part>[];

export interface Transmit {
  readonly links: Observable<Link>;
  readonly allowance: Allowance;
  readonly announce: Announcer;
  readonly context: Context;
  readonly mqttVersion: number;
  /** What was renamed while a pack was on its way. */
  readonly names: NewNames;
  readonly scheduler?: SchedulerLike;
}

/** Older platforms never acknowledge a connect. */
const CONNECT_PATIENCE = 5_000;

const devicesOf = (pack: Pack): readonly string[] => {
  const first = pack[0]?.value.key ?? '';
  if (pack.every(({ value }) => value.key === first)) return [first];
  return [...new Set(pack.map(({ value }) => value.key))];
};

/** What was sent so often and never answered may be more than a rate limit ever lets through. */
const MANY_SENDS = 6;

/** As two packs of half as much, if it is more than one data point. */
const halved = (pack: Pack): End | undefined => {
  const middle = pack.length >> 1;
  if (pack.length > 1) return { kind: 'fit', packs: [pack.slice(0, middle), pack.slice(middle)] };
  const points = pack[0]?.value.points ?? 0;
  if (points < 2) return undefined;
  return { kind: 'fit', packs: refit(pack, { bytes: Infinity, points: Math.ceil(points / 2) }) };
};

/**
 * Takes packs to the platform: one call is one pack's journey, which completes when every part of it is settled.
 *
 * Promises: a part is acknowledged only after a PUBACK with reason 0. A lost connection, a missing PUBACK and throttling settle nothing:
 * the pack is published again on the next session, in the order of the packs, as often as it takes. A pack that the platform refuses is
 * halved until one part is left; only that one is refused. What was sent six times without an answer is halved, too, down to the data
 * point: it may be more than a limit lets through. What is over the platform's limits is cut, down to the data point. A device that the
 * platform does not take is `Unavailable`; others go on. A device that was renamed meanwhile is sent, and sent again, under its new name.
 * Source: the platform's MQTT contract, §9.
 */
export const transmit = (options: Transmit): ((pack: Pack) => Observable<never>) => {
  const { links, allowance, announce, context, mqttVersion, names, scheduler = asyncScheduler } = options;
  const who = 'thingsboard';
  const alert = (said: Pick<Alert, 'code' | 'text'>): void => context.fact({ kind: 'alert', who, ...said });
  const count = (counter: 'published' | 'redelivered'): void => context.fact({ kind: 'count', who, counter, n: 1 });
  /** Devices that were deferred, and the latest message at that moment. */
  const deferred = new Map<string, number>();
  const line = quarantine<Story>();
  const suspects = suspicion(line, mqttVersion);
  const { answered, throttled } = reactions({ allowance, suspicion: suspects, alert, scheduler });

  /** From the announcement to the PUBACK's reason, on one session. */
  const publish = (session: Session, pack: Pack, story: Story): Observable<number> => {
    const parts = pack.map(({ value }) => value);
    const { lane = '', key: device = '', profile } = parts[0] ?? {};
    const departs = (): void => {
      if (story.sends > 0) count('redelivered');
      Object.assign(story, { session, at: scheduler.now(), sends: story.sends + 1 });
    };
    if (lane === topics.connect)
      return announce.connect(session, device, profile ?? 'default', { patience: CONNECT_PATIENCE, departs });
    const points = parts.reduce((sum, part) => sum + part.points, 0);
    const introduced = (these: Pack, then: () => Observable<number>): Observable<number> => {
      if (profile === undefined) return then();
      const unknown = devicesOf(these).flatMap((key) => {
        const own = these.find(({ value }) => value.key === key)?.value.profile ?? profile;
        return announce.before(session, key, own) ?? [];
      });
      if (unknown.length === 0) return then();
      return concat(...unknown.map((one) => one.pipe(ignoreElements())), defer(then));
    };
    /** A device that was renamed since is introduced first. It keeps its turn: what is behind must not overtake it. */
    const depart = (these: Pack): Observable<number> => {
      const now = names.in(these);
      if (now !== these) return introduced(now, () => depart(now));
      departs();
      if (lane === topics.disconnect) announce.forget(these[0]?.value.key ?? device);
      return session.publish(lane, encode(these.map(({ value }) => value)), story);
    };
    const cost = points > 0 ? { telemetry: 1, points } : { messages: 1 };
    const limits = allowance.of(lane);
    return introduced(pack, () =>
      limits.takeNow(cost, 'data') ? depart(pack) : limits.take(cost, 'data').pipe(mergeMap(() => depart(pack))),
    );
  };

  const attempt = (session: Session, pack: Pack, story: Story): Observable<End> => {
    // Now and not when the connection was lost: only here it has its place in front of the packs behind.
    const smaller = fitted(pack, allowance) ?? (story.tired === true ? halved(pack) : undefined);
    if (smaller !== undefined) return of(smaller);
    // Of each gate that stands open there is nothing in the stream: this is done for every publish.
    const turn = line.turn(story);
    const sent =
      turn === undefined ? publish(session, pack, story) : turn.pipe(mergeMap(() => publish(session, pack, story)));
    return sent.pipe(mergeMap((reason) => answered(story, session, devicesOf(pack), pack.length, reason)));
  };

  /** The connection is gone. That settles nothing; but this pack may have been why. */
  const bereaved = ({ lost }: Link, pack: Pack, story: Story): Observable<End> => {
    if (lost === undefined) return EMPTY;
    const unanswered = story.session !== undefined || story.limitedOn !== undefined;
    if (unanswered && story.sends >= MANY_SENDS && !line.has(story)) story.tired = true;
    if (story.limitedOn !== undefined) throttled(story.limitedOn);
    delete story.limitedOn;
    const own = !isGatewayTopic(pack[0]?.value.lane ?? '');
    if (own && lost.reason === 131 && story.session !== undefined) {
      const [shortest] = allowance.own.spans();
      allowance.own.pause(Math.min(60_000, Math.max(1_000, shortest) * 2 ** story.strikes));
    }
    const sentence = suspects.judge(story, lost, { size: pack.length, own }, scheduler.now());
    // A packet over the limit ends the connection with 129; a platform that does not name its limits says no more than that.
    const less = sentence === 'refuse' && lost.reason === 129 ? halved(pack) : undefined;
    if (less !== undefined) return of(less);
    if (sentence === 'none') return EMPTY;
    // Its connect may be what ends connections: not again without being asked.
    if (sentence === 'refuse') devicesOf(pack).forEach(announce.forget);
    return of({ kind: sentence, why: lost.message });
  };

  const settle = (pack: Pack, end: (part: Envelope<Part>) => void): Observable<never> => {
    pack.forEach(end);
    return EMPTY;
  };

  /** Goes on with the groups instead of the whole. Suspects stay suspects. */
  const apart = (story: Story, groups: readonly Pack[], concurrency: number): Observable<never> => {
    const journeys = groups.map((pack) => ({ pack, story: newStory() }));
    line.replace(
      story,
      journeys.map((each) => each.story),
    );
    return from(journeys).pipe(mergeMap((each) => begin(each.pack, each.story), concurrency));
  };

  const conclude = (pack: Pack, story: Story, end: End): Observable<never> => {
    const text = (why: string): string => `device ${JSON.stringify(pack[0]?.value.key)}: ${why}`;
    if (end.kind !== 'delivered' && end.kind !== 'again') {
      if (end.kind === 'apart')
        return apart(
          story,
          devicesOf(pack).map((device) => pack.filter(({ value }) => value.key === device)),
          Infinity,
        );
      // At once and in their order, ahead of the packs behind; attributes carry no time, so one after the other.
      if (end.kind === 'fit') return apart(story, end.packs, pack.some(({ value }) => value.serial) ? 1 : Infinity);
      if (end.kind === 'halve' && pack.length > 1) {
        const middle = pack.length >> 1;
        // One after the other: they are of one device, in its order.
        return apart(story, [pack.slice(0, middle), pack.slice(middle)], 1);
      }
      line.leave(story);
      if (end.kind === 'defer') {
        alert({ code: 'DEVICE_DEFERRED', text: text(end.why) });
        const why = new Unavailable('DEVICE_DEFERRED', text(end.why));
        for (const device of devicesOf(pack)) deferred.set(device, names.now());
        return settle(pack, (part) => part.nack(why));
      }
      alert({ code: 'PLATFORM_REFUSED', text: text(end.why) });
      const why = new Refused('PLATFORM_REFUSED', text(end.why));
      return settle(pack, (part) => part.nack(why));
    }
    if (end.kind === 'again') return timer(end.after, scheduler).pipe(mergeMap(() => journey(pack, story)));
    count('published');
    settle(pack, (part) => part.ack());
    line.leave(story);
    return EMPTY;
  };

  const journey = (pack: Pack, story: Story): Observable<never> =>
    links.pipe(
      switchMap((link) => {
        const now = names.in(pack);
        return link.session ? attempt(link.session, now, story) : bereaved(link, now, story);
      }),
      take(1),
      mergeMap((end) => conclude(names.in(pack), story, end)),
    );

  /** What was already here when its device was deferred comes back with it: an older attribute sent later would be the one that stays. */
  const isStale = ({ value }: Envelope<Part>): boolean => value.born <= (deferred.get(value.key) ?? -1);

  const begin = (pack: Pack, story: Story): Observable<never> =>
    defer(() => {
      if (deferred.size === 0) return journey(pack, story);
      const why = new Unavailable('DEVICE_DEFERRED', 'its device was deferred');
      const now = names.in(pack);
      const fresh = now.filter((part) => !isStale(part));
      if (fresh.length === 0) line.leave(story);
      now.filter(isStale).forEach((part) => part.nack(why));
      for (const { value } of fresh) deferred.delete(value.key);
      return fresh.length === 0 ? EMPTY : journey(fresh, story);
    });

  return (pack) => begin(pack, newStory());
};
