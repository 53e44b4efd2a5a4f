import type { Json, Values } from './message.js';

/** The platform calls a method of a device, or (without a device) of the gateway. Answered by exactly one reply with the same device and id. */
export interface Rpc {
  readonly kind: 'rpc';
  readonly device?: string;
  readonly id: number;
  readonly method: string;
  readonly params: Json;
  /**
   * From then on, in ms since the epoch, it is not to be begun: whoever asked is told that nobody answers. Said by `dispatch` where its deadline is sooner than
   * the platform's own 10 s, and where its connector has said how long the call may take, for that counts from then. Absent: nobody says.
   */
  readonly beginBefore?: number;
}

/** Shared attributes were changed or deleted on the platform. Without a device: the gateway's own. */
export interface AttributeUpdate {
  readonly kind: 'attributeUpdate';
  readonly device?: string;
  readonly values: Values;
  readonly deleted: readonly string[];
}

/** The answer to an attribute request. `value` is set where one key was asked for: the platform then leaves the key's name out. */
export interface AttributeValues {
  readonly kind: 'attributeValues';
  readonly device?: string;
  /** The connector that asked, as the request said it. Absent: the one that owns the device. */
  readonly connector?: string;
  readonly id: number;
  readonly values?: Values;
  readonly value?: Json;
}

/** What comes back, from the sink to the sources. */
export type Command = Rpc | AttributeUpdate | AttributeValues;
