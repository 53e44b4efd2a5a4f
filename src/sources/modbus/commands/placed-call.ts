import type { Json } from '../../../model/message.js';
import { RpcError } from '../../../model/rpc-error.js';
import type { FunctionCode } from '../config/function-code.js';
import type { RpcRule } from '../config/rpc-rule.js';
import { placeMistakes } from '../config/place-mistakes.js';
import type { Place } from '../reading/place.js';
import { decoderOf } from '../values/decoder-of.js';
import type { Decode } from '../values/decoder-of.js';
import type { Encode } from '../values/encode-of.js';
import type { Orders } from '../values/layout-of.js';
import { widthOf } from '../values/width-of.js';
import type { Write } from '../values/write-of.js';

/** What a call asks of a slave: a place to be read and decoded, or a write, whose answer is the value that was given. */
export type Call =
  | { readonly kind: 'read'; readonly place: Place; readonly decode: Decode }
  | { readonly kind: 'write'; readonly write: Write; readonly value: Json };

const isRead = (code: FunctionCode): code is 1 | 2 | 3 | 4 => code <= 4;

/** What a rule means with a value, on this slave. Throws an RpcError (400) for a place that cannot be or a value that cannot be written. */
export const placedCall = (slave: Orders, encode: Encode, rule: RpcRule, value: Json): Call => {
  const [wrong] = placeMistakes(rule);
  if (wrong !== undefined) throw new RpcError(400, `${wrong.key}: expected ${wrong.expected}`);
  const { functionCode, address } = rule;
  if (!isRead(functionCode)) return { kind: 'write', write: encode(rule, value), value };
  const byteOrder = rule.byteOrder ?? slave.byteOrder;
  const wordOrder = rule.wordOrder ?? slave.wordOrder;
  const place = { functionCode, address, width: widthOf(rule) };
  return { kind: 'read', place, decode: decoderOf({ ...rule, byteOrder, wordOrder, functionCode }) };
};
