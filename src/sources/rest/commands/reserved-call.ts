import { isObject } from '../../../model/is-object.js';
import type { Json } from '../../../model/message.js';
import { RpcError } from '../../../model/rpc-error.js';
import { keyValuePairs } from '../../../operators/extract/key-value-pairs.js';
import { rpcCall } from '../config/server-side-rpc.js';
import type { RpcCall } from '../config/server-side-rpc.js';

/** A call that says itself how it is sent, and perhaps to which device. */
export interface ReservedCall {
  readonly device?: string;
  readonly rule: RpcCall;
}

const bool = (text: string): boolean => text.trim().toLowerCase() === 'true';
const typed = new Map<string, (text: string) => unknown>([
  ['SSLVerify', bool],
  ['allowRedirects', bool],
  ['timeout', Number],
  ['tries', Number],
  ['responseTimeout', Number],
]);

const membersOf = (params: Json): Map<string, unknown> => {
  // `device=<name> key=value;…`: of a call to the connector.
  if (typeof params === 'string')
    return new Map(keyValuePairs(params.replace(/^(\s*device=[^\s;]+)\s+/, '$1;'), typed));
  return new Map(isObject(params) ? Object.entries(params) : []);
};

/**
 * Reads a call whose `params` are its rule: an object with a rule's keys, or the text form `key=value;…`, in which `value` is the body and a call to the
 * connector may begin with `device=<name>`. In the object form values may hold `;`. Source: rest.md, reserved and connector RPC.
 *
 * Promises: throws an RpcError of code 400 that says what is missing or wrong.
 */
export const reservedCall = (params: Json): ReservedCall => {
  const given = membersOf(params);
  const device = given.get('device');
  if (given.has('value')) given.set('valueExpression', given.get('value'));
  const value = given.get('valueExpression');
  if (value !== undefined && typeof value !== 'string') given.set('valueExpression', JSON.stringify(value));
  const decoded = rpcCall.decode(Object.fromEntries(given));
  if (decoded._tag === 'Right') return { ...(typeof device === 'string' ? { device } : {}), rule: decoded.right };
  const wrong = new Set(
    decoded.left.map(({ context }) => `${context.at(-1)?.key ?? ''} (${context.at(-1)?.type.name ?? ''})`),
  );
  throw new RpcError(400, `the params of this call are to say how it is sent, and lack ${[...wrong].join(', ')}`);
};
