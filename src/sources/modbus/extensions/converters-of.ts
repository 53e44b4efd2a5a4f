import type { LoadedConverter } from '../../../extensions/load-converter.js';
import { RpcError } from '../../../model/rpc-error.js';
import type { Slave } from '../config/slave.js';
import type { ModbusConverterConfig } from '../converter.js';
import { encodeOf } from '../values/encode-of.js';
import type { Encode } from '../values/encode-of.js';
import { customEncode } from './custom-encode.js';
import { customNames } from './custom-names.js';
import { customUp } from './custom-up.js';
import type { Up } from './custom-up.js';

/** The user's own converters by their names, or the reason why one is not there. */
export type Loaded = (name: string) => LoadedConverter | Error;

/** How a slave's values are read and written. */
export interface Converters {
  /** Absent: as it is built in. */
  readonly up?: Up | Error;
  readonly encode: Encode;
  /** What is wrong with its own converters: the key of the configuration, and why. */
  readonly unusable: readonly (readonly [key: string, why: string])[];
}

/** Those of one slave. Throws nothing: what is written by a converter that is not ready is refused with the reason. */
export const convertersOf = (slave: Slave, loaded: Loaded): Converters => {
  const names = customNames(slave);
  const { deviceName, deviceType, unitId, byteOrder, wordOrder } = slave;
  const config: ModbusConverterConfig = { deviceName, deviceType, unitId, byteOrder, wordOrder };
  const up = names.up === undefined ? undefined : customUp(loaded(names.up), config);
  const down = names.down === undefined ? encodeOf(slave) : customEncode(loaded(names.down), config);
  const refused: Encode = () => {
    throw new RpcError(500, `downlink_converter: ${down instanceof Error ? down.message : ''}`);
  };
  return {
    ...(up === undefined ? {} : { up }),
    encode: down instanceof Error ? refused : down,
    unusable: [
      ...(up instanceof Error ? [['uplink_converter', up.message] as const] : []),
      ...(down instanceof Error ? [['downlink_converter', down.message] as const] : []),
    ],
  };
};
