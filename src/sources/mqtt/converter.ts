import type { Json } from '../../model/message.js';

/** One message as a custom converter sees it. All of it is the converter's own copy. */
export interface MqttMessage {
  readonly topic: string;
  /** The payload read as JSON, or as text when it is no JSON. Integers beyond 2^53 are texts of their digits. */
  readonly payload: Json;
  readonly bytes: Uint8Array;
  readonly retained: boolean;
  /** When it arrived, milliseconds since the epoch. */
  readonly receivedAt: number;
}

/** What the mapping says, given to the converter when it is made: a copy, with the defaults filled in. */
export interface MqttConverterConfig {
  readonly topicFilter: string;
  /** `extensionConfig` of the file, as it stands there. Empty when the file has none. */
  readonly extensionConfig: Readonly<Record<string, unknown>>;
  /** The whole `converter` section of the mapping. */
  readonly converter: Readonly<Record<string, unknown>>;
}

/** What a message says of one device. */
export interface MqttConverted {
  readonly deviceName: string;
  /** The device profile. Default `default`. */
  readonly deviceType?: string;
  /** Values by key, or the same with their time (`{ts, values}`, ms), or a list of these. Without a time: that of arrival. */
  readonly telemetry?: Readonly<Record<string, unknown>> | readonly Readonly<Record<string, unknown>>[];
  /** Values by key, or a list of such. */
  readonly attributes?: Readonly<Record<string, unknown>> | readonly Readonly<Record<string, unknown>>[];
}

/**
 * A converter of the user's own: the default export of the module that `extension` names. The function alone may be exported as well.
 *
 * `up` is called once a mapping (with `sharedGlobal` or `sharedId` once for several), what it gives once a message, in order of arrival.
 * It answers at once, with one device, several or none, never with a promise. What it throws, and what it gives in another form, costs that
 * message only: it is counted as failed.
 */
export interface MqttConverter {
  readonly up: (
    config: MqttConverterConfig,
  ) => (message: MqttMessage) => MqttConverted | readonly MqttConverted[] | null | undefined;
}
