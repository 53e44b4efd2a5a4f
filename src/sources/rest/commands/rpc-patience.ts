import type { Rpc } from '../../../model/command.js';
import type { RpcRule } from '../config/server-side-rpc.js';
import { reservedCall } from './reserved-call.js';

/** Milliseconds for the way to the request, and of the answer back. */
const MARGIN = 1_000;
/** The most that a call can ask for by itself, in ms. */
const MOST = 300_000;
const RESERVED = /^(?:rest_)?[gs]et$/;

/** What params say that are no call is answered when it is made. */
const ownTimeout = ({ params }: Rpc): number => {
  try {
    return reservedCall(params).rule.timeout * 1_000;
  } catch {
    return 0;
  }
};

/**
 * How long a call of these rules may take, in ms: the largest `timeout` of the rules and a second; of one whose `params` are its rule its own `timeout` counts, 5 min at most.
 *
 * Promises: never throws.
 */
export const rpcPatience = (rules: readonly RpcRule[]): ((rpc: Rpc) => number) => {
  const longest = Math.max(0, ...rules.map(({ timeout }) => timeout * 1_000));
  return (rpc) => {
    const isReserved = rpc.device === undefined || RESERVED.test(rpc.method);
    const timeout = isReserved ? Math.min(MOST, ownTimeout(rpc)) : longest;
    return timeout === 0 ? 0 : timeout + MARGIN;
  };
};
