import type { Json, PlatformOptions } from './contract.js';
import type { Records } from './records.js';

/** What the platform makes of one publish, before limits and faults: the PUBACK reason (undefined: never any), the end of the connection. */
export interface Outcome {
  readonly ack: number | undefined;
  readonly close?: number;
  readonly devices: readonly string[];
  /** Data points, which decide the rate-limit bucket. */
  readonly points: number;
  readonly commit?: () => void;
  readonly replies?: readonly { readonly topic: string; readonly payload: Json }[];
}

/** The connection, as far as topics care: devices announced by connect and devices with an open session. */
export interface Link {
  readonly id: number;
  readonly announced: Set<string>;
  readonly open: Set<string>;
}

export interface Scene {
  readonly options: PlatformOptions;
  readonly records: Records;
  readonly violate: (text: string) => void;
}

/** An unparsable payload or a bad value: PUBACK 153. */
export const badValue: Outcome = { ack: 153, devices: [], points: 0 };

/** A runtime exception in the platform's handler: PUBACK 131, then DISCONNECT 131. */
export const handlerError: Outcome = { ack: 131, close: 131, devices: [], points: 0 };

export const unknownTopic: Outcome = { ack: 144, devices: [], points: 0 };

/** Parsed JSON, or undefined when it is none. */
export const parsed = (payload: string): Json | undefined => {
  try {
    return JSON.parse(payload) as Json;
  } catch {
    return undefined;
  }
};
