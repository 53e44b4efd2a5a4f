import type { Rpc } from '../../../model/command.js';
import type { Json } from '../../../model/message.js';
import { RpcError } from '../../../model/rpc-error.js';
import { search } from '../../../operators/extract/search.js';
import { textOf } from '../../../operators/extract/text-of.js';
import { fillPlaceholders } from '../../../operators/extract/fill-placeholders.js';
import type { Publication } from '../connection/publication.js';
import { downOf } from '../extensions/made-down.js';
import type { Down, Downs } from '../extensions/made-down.js';
import { outgoing } from '../extensions/outgoing.js';
import { publishedOn } from './published-on.js';
import { reservedCall } from './reserved-call.js';
import type { RpcCall, RpcRule } from '../config/server-side-rpc.js';

/** A call as it goes to a device. */
export interface Call {
  readonly publication: Publication;
  /** Where the device answers, and how long it has, in ms. Absent: it does not answer. */
  readonly response?: { readonly topic: string; readonly qos: 0 | 1; readonly timeout: number };
}

type Fill = (device: string, method: string, rpc: Rpc) => Call;

const one = ([only, ...more]: readonly Publication[]): Publication => {
  if (only !== undefined && more.length === 0) return only;
  throw new RpcError(
    500,
    `the converter gave ${more.length === 0 ? 'nothing' : `${more.length + 1} messages`}, and a call is one`,
  );
};

const compiled = (call: RpcCall, down?: Down): Fill => {
  const requestTopic = fillPlaceholders(call.requestTopicExpression);
  const payloadOf = fillPlaceholders(call.valueExpression);
  const { responseTopicExpression, responseTimeout: timeout = 0, responseTopicQoS = 1, retain, qos } = call;
  const responseTopic = responseTopicExpression === undefined ? undefined : fillPlaceholders(responseTopicExpression);
  return (device, method, { id, params }) => {
    const words = new Map([
      ['deviceName', device],
      ['methodName', method],
      ['requestId', String(id)],
    ]);
    const data: Json = { id, method, params };
    const onTopic = { words, data, show: textOf };
    const how = { retain, qos: qos > 0 ? (1 as const) : (0 as const) };
    const publication: Publication =
      down === undefined
        ? { topic: publishedOn(requestTopic(onTopic)), payload: payloadOf({ words, data }), ...how }
        : one(
            outgoing(down({ kind: 'rpc', device, id, method, params }), { topic: () => requestTopic(onTopic), ...how }),
          );
    if (responseTopic === undefined || timeout === 0) return { publication };
    const response = {
      topic: publishedOn(responseTopic(onTopic)),
      qos: responseTopicQoS > 0 ? 1 : 0,
      timeout,
    } as const;
    return { publication, response };
  };
};

const short = (method: string): string => (method === 'mqtt_get' || method === 'mqtt_set' ? method.slice(-3) : method);

/**
 * Compiles the `serverSideRpc` rules: what a call of the platform becomes on the wire.
 *
 * | the call | its rule |
 * |---|---|
 * | without a device | its `params` |
 * | `get`, `set`, `mqtt_get`, `mqtt_set` of a device | its `params`: `key=value;…` in which `value` is the payload, 5 s for an answer unless it says more |
 * | any other | the first one whose two filters are found in the device's name and in the method's |
 *
 * What is published by a rule with a converter of the user's own is what that gives.
 *
 * Promises: throws an RpcError with the reason when there is none, or when a topic cannot be.
 */
export const rpcCalls = (rules: readonly RpcRule[], downs: Downs = new Map()): ((rpc: Rpc) => Call) => {
  const known = rules.map((rule, i) => ({
    fitsDevice: search(rule.deviceNameFilter),
    fitsMethod: search(rule.methodFilter),
    fill: compiled(
      { ...rule, valueExpression: rule.valueExpression ?? '' },
      rule.extension === undefined ? undefined : downOf(downs, `serverSideRpc[${i}]`),
    ),
  }));
  return (rpc) => {
    const { device, params } = rpc;
    if (device === undefined) return compiled(reservedCall(params))('', rpc.method, rpc);
    const method = short(rpc.method);
    if (method === 'get' || method === 'set') return compiled(reservedCall(params, true))(device, method, rpc);
    const rule = known.find(({ fitsDevice, fitsMethod }) => fitsDevice(device) !== null && fitsMethod(method) !== null);
    if (rule === undefined) throw new RpcError(404, `no serverSideRpc rule fits the method ${method.slice(0, 80)}`);
    return rule.fill(device, method, rpc);
  };
};
