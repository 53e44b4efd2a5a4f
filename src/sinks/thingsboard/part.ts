import type { Parcel } from '../../operators/pack-map.js';

/** A piece of a message, encoded once. Its `key` is the device and its `lane` the topic. */
export interface Part extends Parcel {
  /** The profile to announce the device with, if it must be announced before this. */
  readonly profile?: string;
  /** Counts up with the messages and the renames, in order of arrival. */
  readonly born: number;
  /** The JSON text without the device's name: one telemetry item, or what a claim says. Empty where `members` or the name say all. */
  readonly text: string;
  /** Attributes: key and `"key":value` text, in order. */
  readonly members?: readonly (readonly [key: string, text: string])[];
}
