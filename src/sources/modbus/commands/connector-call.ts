import { decode } from '../../../model/decode.js';
import type { Problem } from '../../../model/codec.js';
import type { Json } from '../../../model/message.js';
import { RpcError } from '../../../model/rpc-error.js';
import { rpcRule } from '../config/rpc-rule.js';
import { slave } from '../config/slave.js';
import type { Slave } from '../config/slave.js';
import { encodeOf } from '../values/encode-of.js';
import type { Encode } from '../values/encode-of.js';
import { placedCall } from './placed-call.js';
import type { Call } from './placed-call.js';

/** What a call without a device asks of one slave: the call, or why there is none. */
export interface Asked {
  readonly slave: Slave;
  readonly call: Call | RpcError;
}

type Params = Readonly<Record<string, Json>>;

const methods = new Map([
  ['modbus_get', true],
  ['modbus_set', false],
]);

const refuse = (problems: readonly Problem[]): never => {
  const list = problems.map(({ path, expected }) => `${path}: expected ${expected}`);
  throw new RpcError(400, `the params of this call are not complete: ${list.slice(0, 20).join('; ')}`);
};

/** The slave that the params name themselves, by any of these keys. */
const temporary = (params: Params): Slave | undefined => {
  if (!['host', 'port', 'unitId'].some((key) => Object.hasOwn(params, key))) return undefined;
  // The params' own `type` is the value's: the connection's is seen from the port.
  const type = typeof params.port === 'string' && /\D/.test(params.port) ? 'serial' : 'tcp';
  const raw = { deviceName: 'temporary', pollPeriod: 1_000, ...params, type };
  const { value, problems } = decode(slave, raw);
  return value ?? refuse(problems);
};

/** Who may be asked: a slave, and how its values are written. */
export interface Askable {
  readonly slave: Slave;
  readonly encode: Encode;
}

const attempt = (of: Slave, run: () => Call): Asked => {
  try {
    return { slave: of, call: run() };
  } catch (error) {
    if (error instanceof RpcError) return { slave: of, call: error };
    throw error;
  }
};

/**
 * What `modbus_get` and `modbus_set`, which have no device, ask: `{type, functionCode, objectsCount, address, value?}` of every configured slave, or of
 * the one that the params describe with `host`, `port` or `unitId` and all that a slave needs.
 *
 * Promises: an RpcError where nobody can be asked: 404 for another method, 400 for params that cannot be; what only one slave cannot do is its own.
 */
export const connectorCall = (units: readonly Askable[], method: string, params: Json): readonly Asked[] => {
  const reads = methods.get(method);
  if (reads === undefined) throw new RpcError(404, `Method not found for ${method.slice(0, 80)}`);
  const given: Params =
    typeof params === 'object' && params !== null && !Array.isArray(params) ? (params as Params) : {};
  const { value, problems } = decode(rpcRule, { ...given, tag: method });
  if (value === undefined) return refuse(problems);
  if (value.functionCode <= 4 !== reads) throw new RpcError(400, 'Unsupported function code in RPC request.');
  const alone = temporary(given);
  return (alone === undefined ? units : [{ slave: alone, encode: encodeOf(alone) }]).map(({ slave: of, encode }) =>
    attempt(of, () => placedCall(of, encode, value, given.value ?? null)),
  );
};
