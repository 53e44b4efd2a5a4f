import type { Json } from '../../../model/message.js';
import { RpcError } from '../../../model/rpc-error.js';
import type { Slave } from '../config/slave.js';
import type { Encode } from '../values/encode-of.js';
import type { Orders } from '../values/layout-of.js';
import { placedCall } from './placed-call.js';
import type { Call } from './placed-call.js';
import { reservedCall } from './reserved-call.js';

/**
 * What a call of a device means: `get` and `set` say it themselves, any other method is the tag of a rule (modbus.md, RPC).
 * Promises: an RpcError where it means nothing: 404 without a rule, 400 with a value or a text that cannot be.
 */
export const callOf = (slave: Orders & Pick<Slave, 'rpc'>, encode: Encode, method: string, params: Json): Call => {
  if (method === 'get' || method === 'set') {
    const { value = null, ...place } = reservedCall(method, params);
    return placedCall(slave, encode, { ...place, tag: method, round: 6, bitTargetType: 'bool' }, value);
  }
  const rule = slave.rpc.find(({ tag }) => tag === method);
  if (rule === undefined) throw new RpcError(404, `Method not found for ${method.slice(0, 80)}`);
  return placedCall(slave, encode, rule, params);
};
