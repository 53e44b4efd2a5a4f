import type { Json } from '../../../model/message.js';
import { RpcError } from '../../../model/rpc-error.js';
import type { FunctionCode } from '../config/function-code.js';
import { shapeOf, valueTypes } from '../values/shape-of.js';
import type { ValueType } from '../values/shape-of.js';

/** A place that a call names itself. `value` is there if it is to be written. */
export interface ReservedCall {
  readonly type: ValueType;
  readonly functionCode: FunctionCode;
  readonly objectsCount: number;
  readonly address: number;
  readonly value?: string;
}

const get = /^type=([^;=]+);functionCode=([1-4]);objectsCount=(\d{1,4});address=(\d{1,5});$/;
const set = /^type=([^;=]+);functionCode=(5|6|15|16);objectsCount=(\d{1,4});address=(\d{1,5});value=([^]*);$/;

const forms = {
  get: 'type=16int;functionCode=3;objectsCount=1;address=2;',
  set: 'type=16int;functionCode=6;objectsCount=1;address=2;value=77;',
};

/**
 * Reads the text of the methods `get` and `set` of a device (modbus.md, RPC): keys in this order, a semicolon behind each. A value may hold `=` and `;`.
 * Promises: an RpcError (400) that shows the form, for any other text.
 */
export const reservedCall = (method: 'get' | 'set', params: Json): ReservedCall => {
  const found = typeof params === 'string' ? (method === 'get' ? get : set).exec(params.trim()) : null;
  const [, name = '', functionCode, objectsCount, address, value] = found ?? [];
  const type = valueTypes.find((one) => one === name.trim().toLowerCase());
  const count = Number(objectsCount);
  if (type === undefined || count < 1 || shapeOf(type, count) === undefined)
    throw new RpcError(400, `the params of ${method} are to be a text such as ${JSON.stringify(forms[method])}`);
  return {
    type,
    functionCode: Number(functionCode) as FunctionCode,
    objectsCount: count,
    address: Number(address),
    ...(value === undefined ? {} : { value }),
  };
};
