import { filter, ignoreElements, merge, mergeMap, take, tap } from 'rxjs';
import type { Observable } from 'rxjs';
import { isObject } from '../../model/is-object.js';
import type { Json } from '../../model/message.js';
import type { Allowance, Bucket, PlatformLimits } from './allowance.js';
import { LinkLost } from './link-lost.js';
import { notThingsBoard } from './not-thingsboard.js';
import { parseJson } from './parse-json.js';
import { parseRates } from './rates.js';
import type { Rates } from '../../operators/rate-limit.js';
import type { Session } from './session.js';
import { topics } from './topics.js';

const ID = 1;
const QUESTION = '{"method":"getSessionLimits","params":{}}';
/** Messages that the opening of a session costs: itself and the two subscriptions that reach the entity. */
const OPENING = 3;

const ratesOf = (json: Json | undefined): Rates<Bucket> | undefined => {
  if (!isObject(json)) return undefined;
  const read = (key: string) => {
    const text = json[key];
    return text === undefined || text === null ? [] : typeof text === 'string' ? parseRates(text) : undefined;
  };
  const [messages, telemetry, points] = [read('messages'), read('telemetryMessages'), read('telemetryDataPoints')];
  return messages && telemetry && points ? { messages, telemetry, points } : undefined;
};

/** Reads the answer; undefined if it is none (older servers answer `{"error":"timeout"}`), `notGateway` if it tells that the entity is no gateway. */
export const readLimits = (payload: string): PlatformLimits | 'notGateway' | undefined => {
  const json = parseJson(payload);
  if (!isObject(json)) return undefined;
  const [own, devices] = [ratesOf(json.rateLimits), ratesOf(json.gatewayRateLimits)];
  if (isObject(json.rateLimits) && json.gatewayRateLimits === undefined) return 'notGateway';
  const size = json.maxPayloadSize;
  return {
    ...(own === undefined ? {} : { own }),
    ...(devices === undefined ? {} : { devices }),
    ...(typeof size === 'number' ? { maxPayloadSize: size } : {}),
  };
};

/**
 * Asks the platform for its limits and applies the answer, whenever it comes.
 *
 * Promises: nothing waits for it; an older server that never answers changes nothing. An answer without limits for devices gives the
 * session up as NOT_A_GATEWAY; one with them vouches for it; the question itself, sent back, gives it up as NOT_THINGSBOARD. Its acknowledgement shows that the platform listens to the gateway itself. Source: the platform's MQTT
 * contract, §2, §6.4.
 */
export const askLimits = (session: Session, allowance: Allowance): Observable<never> => {
  const { maximumPacketSize } = session;
  if (maximumPacketSize !== undefined) allowance.learn({ maxPayloadSize: maximumPacketSize });
  allowance.own.charge({ messages: OPENING });
  const answer = session.messages.pipe(
    filter(({ topic }) => topic === `${topics.ownRpcResponse}${ID}`),
    take(1),
    tap(({ payload }) => {
      const limits = readLimits(payload);
      if (limits === 'notGateway')
        session.fail(
          new LinkLost('NOT_A_GATEWAY', 'the platform has no limits for devices: the entity is no gateway there'),
        );
      else if (limits !== undefined) {
        if (limits.devices !== undefined) session.vouch();
        // What stands between may take less than the platform.
        const size = Math.min(maximumPacketSize ?? Infinity, limits.maxPayloadSize ?? Infinity);
        allowance.learn({ ...limits, ...(Number.isFinite(size) ? { maxPayloadSize: size } : {}) });
      }
    }),
  );
  /** What brokers give back to whoever subscribed to it. */
  const echo = session.messages.pipe(
    filter(({ topic, payload }) => topic === `${topics.ownRpcRequest}${ID}` && payload === QUESTION),
    tap(() => session.fail(notThingsBoard('it sends back what the gateway asks it'))),
  );
  const question = allowance.own
    .take({ messages: 1 }, 'control')
    .pipe(mergeMap(() => session.publish(`${topics.ownRpcRequest}${ID}`, QUESTION, ID)));
  return merge(answer, echo, question).pipe(ignoreElements());
};
