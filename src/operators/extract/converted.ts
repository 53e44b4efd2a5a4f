import type { Values } from '../../model/message.js';

/** Telemetry of one moment. Without `ts` the device gave no time: the stamper will. */
export interface ConvertedEntry {
  /** The device's own time, milliseconds since the epoch, UTC, integral. */
  readonly ts?: number;
  readonly values: Values;
}

/**
 * What a converter makes of one message, for one device: it becomes one `Data` once its entries are stamped.
 *
 * At least one of telemetry and attributes holds a value; no entry's values are empty; no number is NaN or infinite.
 */
export interface Converted {
  /** Never blank. */
  readonly device: string;
  readonly profile: string;
  readonly telemetry: readonly ConvertedEntry[];
  readonly attributes: Values;
}
