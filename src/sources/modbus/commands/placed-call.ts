import type { Json } from '../../../model/message.js';
import { RpcError } from '../../../model/rpc-error.js';
import type { FunctionCode } from '../config/function-code.js';
import type { RpcRule } from '../config/rpc-rule.js';
import type { Slave } from '../config/slave.js';
import { placeMistakes } from '../config/place-mistakes.js';
import type { Place } from '../reading/place.js';
import { decoderOf } from '../values/decoder-of.js';
import type { Decode } from '../values/decoder-of.js';
import { widthOf } from '../values/width-of.js';
import { writeOf } from '../values/write-of.js';
import type { Write } from '../values/write-of.js';

/** What a call asks of a slave: a place to be read and decoded, or a write, whose answer is the value that was given. */
export type Call =
  | { readonly kind: 'read'; readonly place: Place; readonly decode: Decode }
  | { readonly kind: 'write'; readonly write: Write; readonly value: Json };

/** What a slave says of how its values are laid out. */
export type Ordered = Pick<Slave, 'byteOrder' | 'wordOrder' | 'repack'>;
type Placed = Omit<RpcRule, 'tag'>;

const isRead = (code: FunctionCode): code is 1 | 2 | 3 | 4 => code <= 4;

/** What a rule means with a value, on this slave. Throws an RpcError (400) for a place that cannot be or a value that cannot be written. */
export const placedCall = (slave: Ordered, rule: Placed, value: Json): Call => {
  const [wrong] = placeMistakes(rule);
  if (wrong !== undefined) throw new RpcError(400, `${wrong.key}: expected ${wrong.expected}`);
  const orders = {
    byteOrder: rule.byteOrder ?? slave.byteOrder,
    wordOrder: rule.wordOrder ?? slave.wordOrder,
  };
  const { functionCode, address } = rule;
  if (!isRead(functionCode)) {
    return { kind: 'write', write: writeOf({ ...rule, ...orders, repack: slave.repack }, value), value };
  }
  const place = { functionCode, address, width: widthOf(rule) };
  return { kind: 'read', place, decode: decoderOf({ ...rule, ...orders, functionCode }) };
};
