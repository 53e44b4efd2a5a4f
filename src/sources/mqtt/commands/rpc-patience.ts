import type { Rpc } from '../../../model/command.js';
import { reservedCall } from './reserved-call.js';
import type { RpcCall } from '../config/server-side-rpc.js';

/** Milliseconds for the way to the device: the subscription of the response topic, and the publishing. */
const SENDING = 5_000;
/** The most that a call can ask for by itself. */
const MOST = 300_000;
const RESERVED = /^(mqtt_)?[gs]et$/;

type Answered = Pick<RpcCall, 'responseTopicExpression' | 'responseTimeout'>;

const timeoutOf = ({ responseTopicExpression, responseTimeout = 0 }: Answered): number =>
  responseTopicExpression === undefined ? 0 : responseTimeout;

/** What params say that are no call is answered when it is made. */
const ownTimeout = ({ device, params }: Rpc): number => {
  try {
    return timeoutOf(reservedCall(params, device !== undefined));
  } catch {
    return 0;
  }
};

/**
 * How long a call of these rules may take on a connection, from when it is begun, in ms: its `responseTimeout` and 5 s to be sent; 0 where the device gives no answer. Of calls that a
 * rule makes the largest `responseTimeout` counts; one whose `params` are its rule has its own, 5 min at most.
 *
 * Promises: never throws.
 */
export const rpcPatience = (rules: readonly Answered[]): ((rpc: Rpc) => number) => {
  const longest = Math.max(0, ...rules.map(timeoutOf));
  return (rpc) => {
    const isReserved = rpc.device === undefined || RESERVED.test(rpc.method);
    const timeout = isReserved ? Math.min(MOST, ownTimeout(rpc)) : longest;
    return timeout === 0 ? 0 : timeout + SENDING;
  };
};
