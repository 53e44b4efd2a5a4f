import type { ReportStrategy } from './report-strategy.js';

/** Plain JSON, as it comes from a device and as it goes to the platform. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** Data points by key. May hold own keys such as `__proto__`: read it with `Object.entries`, never copy it with `target[key] = …`. */
export type Values = Readonly<Record<string, Json>>;

/** Telemetry of one moment. `ts` is in milliseconds since the epoch, UTC, integral. */
export interface Entry {
  readonly ts: number;
  readonly values: Values;
}

/**
 * The device name that stands for the gateway itself: its data goes to `v1/devices/me/*`.
 * The incumbent reserves the same name, and custom converters in the field use it.
 */
export const GATEWAY_DEVICE = 'currentThingsBoardGateway';

interface OfDevice {
  /** The device's name on the platform. Never empty. */
  readonly device: string;
  /** The connector that owns the device. Stamped by `fleet`; a source need not say it. */
  readonly connector?: string;
}

/** When the points of one message are reported, where the connector's own file says it of them; the nearest counts. */
export interface Reporting {
  /** For every point that has none of its own. Absent: what is said of the connector, else of the gateway. */
  readonly device?: ReportStrategy;
  /** By key; own keys only, as with {@link Values}. Absent: all are as `device` says. */
  readonly telemetry?: Readonly<Record<string, ReportStrategy>>;
  /** As `telemetry`. Absent: all are as `device` says. */
  readonly attributes?: Readonly<Record<string, ReportStrategy>>;
}

/** What a device measured or said of itself. At least one of telemetry and attributes is not empty. */
export interface Data extends OfDevice {
  readonly kind: 'data';
  /** The device profile that the platform gives the device if it has to create it. */
  readonly profile: string;
  readonly telemetry: readonly Entry[];
  /** Client-scope attributes. They carry no time: the platform keeps what arrives last. */
  readonly attributes: Values;
  /** Obeyed and taken off by `report`: it is neither stored nor sent. Default: nothing is said of these points. */
  readonly report?: Reporting;
}

/** The device is there, even if it has not measured anything yet. */
export interface Connected extends OfDevice {
  readonly kind: 'connected';
  readonly profile: string;
}

/** The device is gone. Never overtakes the device's own data. */
export interface Disconnected extends OfDevice {
  readonly kind: 'disconnected';
}

/** The answer to an {@link Rpc}. Without a device it answers a request to the gateway itself. Not stored: a late reply is worse than none. */
export interface Reply {
  readonly kind: 'reply';
  readonly device?: string;
  readonly id: number;
  readonly content: Json;
  /** For how many ms from now on it is worth sending. Said by `dispatch`, which knows when it was asked. Default: the sink's own measure. */
  readonly lifetime?: number;
}

/** A device asks for the platform's attributes; the answer comes back as {@link AttributeValues} with the same id. Not stored. */
export interface AttributeRequest extends OfDevice {
  readonly kind: 'attributeRequest';
  readonly id: number;
  readonly scope: 'client' | 'shared';
  readonly keys: readonly string[];
  /** The device profile that the platform gives the device if it has to create it. Absent: the request does not say, and the device is waited for. */
  readonly profile?: string;
  /** It waits until its device is announced and nothing else wants to be sent. Default: it goes ahead of all data. */
  readonly idle?: boolean;
}

/** A customer may claim the device for a while. */
export interface Claim extends OfDevice {
  readonly kind: 'claim';
  readonly secretKey: string;
  readonly durationMs: number;
}

/** What flows down, from sources to the sink. Plain JSON: how its journey ends is the envelope's business. */
export type Message = Data | Connected | Disconnected | Reply | AttributeRequest | Claim;

/** Messages that go through the disk, in the order of their device. */
export type Kept = Data | Connected | Disconnected | Claim;

/** True of messages whose loss would be a loss of data: they go through the durable buffer. The others pass beside it. */
export const isKept = (message: Message): message is Kept =>
  message.kind !== 'reply' && message.kind !== 'attributeRequest';
