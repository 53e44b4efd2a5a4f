import type { Said } from '../../extensions/said.js';
import type { AttributeUpdate, Rpc } from '../../model/command.js';
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

/** What the rule says (an item of `attributeUpdates` or `serverSideRpc`), given to the way down when it is made: a copy. */
export interface MqttDownConfig {
  /** `extensionConfig` of the rule. Empty when it has none. */
  readonly extensionConfig: Readonly<Record<string, unknown>>;
  /** The whole rule. */
  readonly rule: Readonly<Record<string, unknown>>;
}

/** What a message says of one device. */
export type MqttConverted = Said;

/** What is published to a device: the payload alone, or with what shall be otherwise than the rule says. */
export type MqttOutgoing =
  | string
  | Uint8Array
  | {
      /** A text and bytes go as they are, anything else as JSON. */
      readonly payload: unknown;
      /** Absent: the rule's own. */
      readonly topic?: string;
      /** Absent: the rule's own. */
      readonly qos?: 0 | 1;
      /** Absent: the rule's own. */
      readonly retain?: boolean;
    };

/**
 * A converter of the user's own: the default export of the module that `extension` names. A function alone is `up`.
 *
 * Both answer at once, never with a promise. What they throw, and what they give in another form, costs that message only: it is counted as failed, or
 * is the error in the answer to the call.
 */
export interface MqttConverter {
  /**
   * Called once a mapping (with `sharedGlobal` or `sharedId` once for several); what it gives, once a message, in order of arrival. That says one device,
   * several or none. Absent: the module is for rules only.
   */
  readonly up?: (
    config: MqttConverterConfig,
  ) => (message: MqttMessage) => MqttConverted | readonly MqttConverted[] | null | undefined;
  /**
   * Called once a rule of `attributeUpdates` or `serverSideRpc`; what it gives, once a command: with all the attributes of an update that the rule fits, or
   * with the call. That says what is published: of a call exactly one message. Absent: the module is for mappings only.
   */
  readonly down?: (
    config: MqttDownConfig,
  ) => (command: AttributeUpdate | Rpc) => MqttOutgoing | readonly MqttOutgoing[] | null | undefined;
}
