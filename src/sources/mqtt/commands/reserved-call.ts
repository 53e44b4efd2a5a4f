import { isObject } from '../../../model/is-object.js';
import type { Json } from '../../../model/message.js';
import { RpcError } from '../../../model/rpc-error.js';
import { keyValuePairs } from '../../../operators/extract/key-value-pairs.js';
import { rpcCall } from '../config/server-side-rpc.js';
import type { RpcCall } from '../config/server-side-rpc.js';

/** Milliseconds for an answer where the text does not say. */
const PATIENCE = 5_000;

const typed = new Map<string, (text: string) => unknown>([
  ['retain', (text) => text.trim().toLowerCase() === 'true'],
  ['qos', Number],
  ['responseTopicQoS', Number],
  ['responseTimeout', Number],
]);

const membersOf = (params: Json): ReadonlyMap<string, unknown> => {
  if (typeof params === 'string') return keyValuePairs(params, typed);
  return new Map(isObject(params) ? Object.entries(params) : []);
};

/**
 * A call whose `params` are its rule: an object with a rule's keys or, in the text form of `get` and `set`, `key=value;…`. With `ofDevice`,
 * `value` stands for `valueExpression`, and an answer has 5 s unless it says more.
 *
 * Promises: throws an RpcError that says what is missing or wrong.
 */
export const reservedCall = (params: Json, ofDevice = false): RpcCall => {
  const given = new Map(membersOf(params));
  if (ofDevice) {
    if (given.has('value')) given.set('valueExpression', given.get('value'));
    if (given.has('responseTopicExpression') && !given.has('responseTimeout')) given.set('responseTimeout', PATIENCE);
  }
  const decoded = rpcCall.decode(Object.fromEntries(given));
  if (decoded._tag === 'Right') return decoded.right;
  const wrong = new Set(
    decoded.left.map(({ context }) => `${context.at(-1)?.key ?? ''} (${context.at(-1)?.type.name ?? ''})`),
  );
  throw new RpcError(400, `the params of this call are to say how it is published, and lack ${[...wrong].join(', ')}`);
};
