import type { Parcel } from '../../operators/pack-map.js';

/** A piece of a message, encoded once. Its `key` is the device and its `lane` the topic. */
export interface Part extends Parcel {
  /** The profile to announce the device with, if it must be announced before this. */
  readonly profile?: string;
  /** Counts up with the messages, in order of arrival. */
  readonly born: number;
  /** The JSON text: one telemetry item, or the whole payload of a message that travels alone. Empty for attributes. */
  readonly text: string;
  /** Attributes: key and `"key":value` text, in order. */
  readonly members?: readonly (readonly [key: string, text: string])[];
}
