import type { Rpc } from '../../../model/command.js';
import { RpcError } from '../../../model/rpc-error.js';
import { wholeName } from '../../../operators/extract/whole-name.js';
import type { RpcRule } from '../config/server-side-rpc.js';
import type { Down, Downs } from '../extensions/downs.js';
import { httpCall } from './http-call.js';
import type { CallRule, HttpCall, HttpOwn } from './http-call.js';
import { reservedCall } from './reserved-call.js';

type Fill = (device: string, method: string, rpc: Rpc) => HttpCall;

const one = ([only, ...more]: readonly HttpOwn[]): HttpOwn => {
  if (only !== undefined && more.length === 0) return only;
  const count = more.length === 0 ? 'nothing' : `${more.length + 1} requests`;
  throw new RpcError(500, `the converter gave ${count}, and a call is one`);
};

const compiled = (rule: CallRule, down?: Down): Fill => {
  const call = httpCall(rule);
  return (device, method, { id, params }) => {
    const words = new Map([
      ['deviceName', device],
      ['methodName', method],
      ['requestId', String(id)],
      ['restId', String(id)],
    ]);
    const own = down === undefined ? {} : one(down({ kind: 'rpc', device, id, method, params }));
    return call(words, { id, method, params }, own);
  };
};

const reserved = new Set(['get', 'set', 'rest_get', 'rest_set']);

/**
 * Compiles the `serverSideRpc` rules: the request that a call of the platform becomes.
 *
 * | the call | its rule |
 * |---|---|
 * | `get`, `set`, `rest_get`, `rest_set` of a device; any without a device | its `params` |
 * | any other | the first one whose two filters match the whole of the device's name and of the method's |
 *
 * What is sent by a rule with a converter of the user's own is what that gives.
 *
 * Promises: throws an RpcError with the reason when there is none, or when its URL cannot be.
 */
export const rpcCalls = (
  rules: readonly RpcRule[],
  downOf: Downs['of'] = () => undefined,
): ((rpc: Rpc) => HttpCall) => {
  const known = rules.map((rule) => ({
    fitsDevice: wholeName(rule.deviceNameFilter),
    fitsMethod: wholeName(rule.methodFilter),
    fill: compiled(rule, downOf(rule)),
  }));
  return (rpc) => {
    const { device, method } = rpc;
    if (device === undefined || reserved.has(method)) {
      const own = reservedCall(rpc.params);
      return compiled(own.rule)(device ?? own.device ?? '', method, rpc);
    }
    const rule = known.find(({ fitsDevice, fitsMethod }) => fitsDevice(device) && fitsMethod(method));
    if (rule === undefined) throw new RpcError(404, `no serverSideRpc rule fits the method ${method.slice(0, 80)}`);
    return rule.fill(device, method, rpc);
  };
};
