import {
  asyncScheduler,
  defer,
  EMPTY,
  filter,
  finalize,
  map,
  merge,
  mergeMap,
  of,
  race,
  switchMap,
  take,
  timer,
} from 'rxjs';
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
  /** How long a message is worth sending that does not say it itself, in ms. Default 10 000: the platform has given up by then. */
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

const request = ({ device, connector, id, scope, keys }: AttributeRequest, answers: Answers): Letter => {
  const wire = answers.ask({ device, ...(connector === undefined ? {} : { connector }), id, scope });
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

const isIdle = (value: Control): boolean => value.kind === 'attributeRequest' && value.idle === true;

/** Of replies more than `dispatch` lets wait: what it says shall not be lost here. */
const MOST_WAITING = { attributeRequest: 1_000, reply: 20_000 } as const;
const TRIES = 2;
/** How long in ms a device that asks before it has said anything may take to say what it is. */
const STRANGER = 2_000;
/** Beside the platform's reasons. */
const LOST = -1;
const TOO_LARGE = -2;
const reasons: Readonly<Record<number, string>> = {
  [LOST]: 'the connection was lost over it',
  [TOO_LARGE]: "it is over the platform's limit of bytes",
};

/**
 * Sends replies and attribute requests, ahead of all data; an idle request behind it, once its device has been announced.
 *
 * Promises: acknowledged after a PUBACK with reason 0; refused when the platform says so, or when the connection was lost over it twice;
 * `Unavailable` when there was no connection for its lifetime, or more than a thousand requests (20,000 replies) wait.
 * An idle request is `Unavailable` too when it had no turn in its lifetime, or `stopped` emits before it was acknowledged. Source: the platform's MQTT contract, §5.5, §6.
 */
export const control = ({
  links,
  allowance,
  announce,
  answers,
  lifetime = 10_000,
  scheduler = asyncScheduler,
}: ControlOptions) => {
  const waiting = { attributeRequest: 0, reply: 0 };
  /**
   * An unknown device would be made under the profile `default`: a request that says none itself waits two seconds for the device to say its own. A reply
   * need not: whom the platform has asked is there.
   */
  const announced = (session: Session, value: Control): Observable<void> => {
    const { kind, device = GATEWAY_DEVICE } = value;
    if (device === GATEWAY_DEVICE || (kind === 'reply' && !announce.knows(device))) return of(undefined);
    if (isIdle(value)) return announce.announced(session, device);
    const said = value.kind === 'attributeRequest' ? value.profile : undefined;
    const unknown = said === undefined ? timer(STRANGER, scheduler).pipe(map(() => 'default')) : of(said);
    return race(announce.met(device), unknown).pipe(
      take(1),
      mergeMap((profile) => announce.before(session, device, profile) ?? of(undefined)),
    );
  };
  const deliver = ({ value, ack, nack }: Envelope<Control>, stopped: Observable<unknown>): Observable<never> => {
    const idle = isIdle(value);
    const { topic, payload } = value.kind === 'reply' ? reply(value) : request(value, answers);
    const bytes = Buffer.byteLength(payload) + overheadOf(topic);
    const oversize = (): boolean => bytes > allowance.hardLimit();
    let tries = 0;
    const sent = links.pipe(
      switchMap(({ session }) => {
        if (session === undefined) return tries >= TRIES ? of(LOST) : EMPTY;
        if (oversize()) return of(TOO_LARGE);
        return announced(session, value).pipe(
          mergeMap(() => allowance.of(topic).take({ messages: 1 }, idle ? 'idle' : 'control')),
          mergeMap(() => {
            tries += 1;
            return session.publish(topic, payload);
          }),
        );
      }),
      take(1),
    );
    const alive = (value.kind === 'reply' ? value.lifetime : undefined) ?? lifetime;
    const expired = timer(alive, scheduler).pipe(
      // An idle one that is under way has its answer soon, or the connection ends: whether over it must be known.
      filter(() => !idle || tries === 0),
    );
    const over = idle ? merge(expired, stopped) : expired;
    return race(sent, over.pipe(map(() => undefined))).pipe(
      take(1),
      mergeMap((reason) => {
        if (reason === 0) ack();
        else if (reason === undefined)
          nack(new Unavailable('BROKER_UNREACHABLE', 'the platform was away for too long'));
        else nack(new Refused('PLATFORM_REFUSED', reasons[reason] ?? `reason ${reason}`));
        return EMPTY;
      }),
    );
  };
  return (message: Envelope<Control>, stopped: Observable<unknown>): Observable<never> =>
    defer(() => {
      const { kind } = message.value;
      if (waiting[kind] >= MOST_WAITING[kind]) {
        message.nack(new Unavailable('BROKER_UNREACHABLE', 'too many messages wait for the platform'));
        return EMPTY;
      }
      waiting[kind] += 1;
      return deliver(message, stopped).pipe(finalize(() => (waiting[kind] -= 1)));
    });
};
