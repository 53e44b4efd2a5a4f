import { asyncScheduler, defer, EMPTY, finalize, map, mergeMap, of, race, switchMap, take, timer } from 'rxjs';
import type { Observable, SchedulerLike } from 'rxjs';
import type { Envelope } from '../../model/envelope.js';
import { Refused, Unavailable } from '../../model/errors.js';
import { GATEWAY_DEVICE } from '../../model/message.js';
import type { AttributeRequest, Reply } from '../../model/message.js';
import type { Allowance } from './allowance.js';
import type { Announcer } from './announce.js';
import type { Answers } from './answers.js';
import type { Link } from './links.js';
import { overheadOf } from './overhead-of.js';
import type { Session } from './session.js';
import { topics } from './topics.js';

export type Control = Reply | AttributeRequest;

export interface ControlOptions {
  readonly links: Observable<Link>;
  readonly allowance: Allowance;
  readonly announce: Announcer;
  readonly answers: Answers;
  /** How long a message is worth sending, in ms. Default 10 000: the platform has given up by then. */
  readonly lifetime?: number;
  readonly scheduler?: SchedulerLike;
}

interface Letter {
  readonly topic: string;
  readonly payload: string;
}

const reply = ({ device, id, content }: Reply): Letter =>
  device === undefined || device === GATEWAY_DEVICE
    ? { topic: `${topics.ownRpcResponse}${id}`, payload: JSON.stringify(content) }
    : { topic: topics.rpc, payload: JSON.stringify({ device, id, data: content }) };

const request = ({ device, id, scope, keys }: AttributeRequest, answers: Answers): Letter => {
  const wire = answers.ask({ device, id, scope });
  if (device === GATEWAY_DEVICE) {
    const wanted = keys.length === 0 ? {} : { [`${scope}Keys`]: keys.join(',') };
    return { topic: `${topics.ownAttributesRequest}${wire}`, payload: JSON.stringify(wanted) };
  }
  const which = keys.length === 1 ? { key: keys[0] } : { keys };
  return {
    topic: topics.attributesRequest,
    payload: JSON.stringify({ id: wire, device, client: scope === 'client', ...which }),
  };
};

const MOST_WAITING = 1_000;
const TRIES = 2;
/** Beside the platform's reasons. */
const LOST = -1;
const TOO_LARGE = -2;
const reasons: Readonly<Record<number, string>> = {
  [LOST]: 'the connection was lost over it',
  [TOO_LARGE]: "it is over the platform's limit of bytes",
};

/**
 * Sends replies and attribute requests, ahead of all data.
 *
 * Promises: acknowledged after a PUBACK with reason 0; refused when the platform says so, or when the connection was lost over it twice;
 * `Unavailable` when there was no connection for its lifetime, or more than a thousand wait. Source: the platform's MQTT contract, §5.5, §6.
 */
export const control = ({
  links,
  allowance,
  announce,
  answers,
  lifetime = 10_000,
  scheduler = asyncScheduler,
}: ControlOptions) => {
  let waiting = 0;
  /**
   * An unknown device would be made under the profile `default`: the message waits until the profile is known. A reply need not: whom the platform
   * has asked is there.
   */
  const announced = (session: Session, { kind, device = GATEWAY_DEVICE }: Control): Observable<void> =>
    device === GATEWAY_DEVICE || (kind === 'reply' && !announce.knows(device))
      ? of(undefined)
      : announce.met(device).pipe(mergeMap((profile) => announce.before(session, device, profile)));
  const deliver = ({ value, ack, nack }: Envelope<Control>): Observable<never> => {
    const { topic, payload } = value.kind === 'reply' ? reply(value) : request(value, answers);
    const bytes = Buffer.byteLength(payload) + overheadOf(topic);
    const oversize = (): boolean => bytes > allowance.hardLimit();
    let tries = 0;
    const sent = links.pipe(
      switchMap(({ session }) => {
        if (session === undefined) return tries >= TRIES ? of(LOST) : EMPTY;
        if (oversize()) return of(TOO_LARGE);
        return announced(session, value).pipe(
          mergeMap(() => allowance.of(topic).take({ messages: 1 }, 'control')),
          mergeMap(() => {
            tries += 1;
            return session.publish(topic, payload);
          }),
        );
      }),
      take(1),
    );
    return race(sent, timer(lifetime, scheduler).pipe(map(() => undefined))).pipe(
      mergeMap((reason) => {
        if (reason === 0) ack();
        else if (reason === undefined)
          nack(new Unavailable('BROKER_UNREACHABLE', 'the platform was away for too long'));
        else nack(new Refused('PLATFORM_REFUSED', reasons[reason] ?? `reason ${reason}`));
        return EMPTY;
      }),
    );
  };
  return (message: Envelope<Control>): Observable<never> =>
    defer(() => {
      if (waiting >= MOST_WAITING) {
        message.nack(new Unavailable('BROKER_UNREACHABLE', 'too many messages wait for the platform'));
        return EMPTY;
      }
      waiting += 1;
      return deliver(message).pipe(finalize(() => (waiting -= 1)));
    });
};
