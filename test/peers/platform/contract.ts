import type { TlsOptions } from 'node:tls';

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** Limits in the platform's own notation (`15:1,300:60`); absent or empty is unlimited. */
export interface Limits {
  readonly messages?: string;
  readonly telemetryMessages?: string;
  readonly telemetryDataPoints?: string;
}

/** What a client must present: an access token, or the parts of MQTT_BASIC that are configured. */
export type Accepted =
  | { readonly accessToken: string }
  | { readonly clientId?: string; readonly username?: string; readonly password?: string };

/** One PUBLISH as it came. `bytes` is the whole packet on the wire; `at` is ms since the epoch. */
export interface PublishRecord {
  readonly index: number;
  readonly topic: string;
  readonly payload: string;
  readonly bytes: number;
  readonly qos: number;
  readonly dup: boolean;
  readonly connection: number;
  readonly at: number;
  /** The devices the payload names, once it has been understood. */
  readonly devices: readonly string[];
  /** PUBACK reason given, `withheld`, `closed` (no PUBACK, connection ended) or `none` (the platform never answers this). */
  outcome?: number | 'withheld' | 'closed' | 'none';
}

/**
 * What a test wants done with one publish instead of the usual. `reason` replaces the PUBACK reason; `close` ends the connection, after
 * the PUBACK if a reason is given and without one otherwise; `disconnect` is the code said first (v5). What it holds is stored when
 * the reason is 0 or absent and the connection is not closed, unless `store` says otherwise.
 */
export interface Answer {
  readonly reason?: number;
  readonly delayMs?: number;
  readonly withhold?: boolean;
  readonly close?: boolean;
  readonly disconnect?: number;
  readonly store?: boolean;
  /** false: the PUBACK comes, the response message does not. */
  readonly reply?: boolean;
}

export type Respond = (publish: PublishRecord) => Answer | undefined;

/** One accepted item of telemetry. `publishIndex` is the index of its publish in `log`. */
export interface Arrival {
  readonly device: string;
  readonly ts: number;
  readonly values: Readonly<Record<string, Json>>;
  readonly at: number;
  readonly connection: number;
  readonly publishIndex: number;
}

/** What the platform knows of one device. `telemetry` is key → ts → value, so equal ts overwrite. */
export interface DeviceRecord {
  readonly name: string;
  profile: string;
  readonly telemetry: Map<string, Map<number, Json>>;
  readonly attributes: Map<string, Json>;
  readonly shared: Map<string, Json>;
  readonly claims: Json[];
  readonly rpcReplies: { readonly id: Json; readonly data: Json }[];
  readonly counts: { connects: number; disconnects: number; publishes: number; items: number; points: number };
}

/** A downlink message; `acknowledgedAt` appears with its PUBACK. */
export interface Push {
  readonly topic: string;
  readonly payload: string;
  readonly messageId: number;
  readonly sentAt: number;
  acknowledgedAt?: number;
}

/** The device profile with which new gateways get their credentials. Those of the last one are what the platform accepts from then on. */
export interface ProvisioningOptions {
  readonly key: string;
  readonly secret: string;
  /** Names of devices that exist. */
  readonly taken?: readonly string[];
  /** Gets each request. */
  readonly asked?: Json[];
  /** The answer does not come. */
  readonly mute?: boolean;
}

export interface PlatformOptions {
  readonly host?: string;
  /** Default 0: any free port. */
  readonly port?: number;
  readonly tls?: TlsOptions;
  /** Default `{ accessToken: 'TOKEN' }`. */
  readonly accept?: Accepted;
  /** Absent: nobody is provisioned. */
  readonly provisioning?: ProvisioningOptions;
  /** The entity's gateway flag; false is the silent trap. Default true. */
  readonly gateway?: boolean;
  /** Default 65536. */
  readonly maxPacketBytes?: number;
  /** Above so many unacknowledged publishes (connects apart) a violation is recorded. Default 100. */
  readonly maxInflight?: number;
  /** Publishes for new devices beyond this get PUBACK 151 and the connection stays. Default unlimited. */
  readonly maxDevices?: number;
  readonly limits?: { readonly own?: Limits; readonly gateway?: Limits; readonly enforce?: boolean };
  /** Answer to getSessionLimits; `silent` for a server that does not know it; absent: made of the other options. */
  readonly sessionLimits?: Record<string, Json> | 'silent';
  /** Servers before 4.2 never acknowledge v1/gateway/connect. Default true. */
  readonly ackConnect?: boolean;
  /** Strings that look like numbers become numbers, as the server does by default. Default true. */
  readonly castStrings?: boolean;
  readonly connackDelayMs?: number;
  readonly pubackDelayMs?: number;
  readonly respond?: Respond;
  /** Nothing is stored or logged: only `onPoints` sees the decoded items. */
  readonly light?: boolean;
  readonly onPoints?: (device: string, items: readonly Json[], connection: number) => void;
}
