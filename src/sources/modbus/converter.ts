import type { Said } from '../../extensions/said.js';
import type { Json } from '../../model/message.js';

/** What a slave is, given to a converter when it is made: a copy, with the defaults filled in. */
export interface ModbusConverterConfig {
  readonly deviceName: string;
  readonly deviceType: string;
  readonly unitId: number;
  readonly byteOrder: 'BIG' | 'LITTLE';
  readonly wordOrder: 'BIG' | 'LITTLE';
}

/** One data point, as a poll has read it. */
export interface ModbusRead {
  /** Its tag; of a range, that of this address. */
  readonly tag: string;
  readonly section: 'attributes' | 'timeseries';
  readonly type: string;
  readonly functionCode: 1 | 2 | 3 | 4;
  readonly address: number;
  /** Registers, each with its high byte first; or bits, eight to a byte, the first one the least significant. */
  readonly bytes: Uint8Array;
  /** What the built-in converter makes of it. Null where that is no value. */
  readonly value: Json;
}

/** All that a poll has read of one slave, in the order of the configuration. What the slave has not given is not in it. */
export interface ModbusPoll {
  readonly points: readonly ModbusRead[];
  /** When the poll ended, milliseconds since the epoch. */
  readonly readAt: number;
}

/** A value that is to be written, and where: an attribute update's, or a call's. */
export interface ModbusWrite {
  /** The rule's; of a call, its method. */
  readonly tag: string;
  readonly type: string;
  readonly functionCode: 5 | 6 | 15 | 16;
  readonly address: number;
  /** Registers or coils, as the rule says it, else as its type needs. */
  readonly objectsCount: number;
  readonly value: Json;
}

/**
 * A converter of the user's own: the default export of the module that `uplink_converter` or `downlink_converter` names. A function alone is `up`.
 *
 * Both answer at once, never with a promise. What `up` throws, and what it gives in another form, costs that poll only: it is logged and counted as
 * failed; of `down` it is logged, or is the error in the answer to the call.
 */
export interface ModbusConverter {
  /** Called once a slave; what it gives, once a poll. That says one device, several or none. Absent: the module only writes. */
  readonly up?: (config: ModbusConverterConfig) => (poll: ModbusPoll) => Said | readonly Said[] | null | undefined;
  /**
   * Called once a slave; what it gives, once a write. That says what is written from the rule's address on: registers (0 to 65535) for the function codes 6 and 16, coils
   * for 5 and 15; one alone needs no list. Absent: the module only reads.
   */
  readonly down?: (
    config: ModbusConverterConfig,
  ) => (write: ModbusWrite) => number | boolean | readonly number[] | readonly boolean[];
}
