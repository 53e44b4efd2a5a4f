import type { Said } from '../../extensions/said.js';
import type { AttributeUpdate, Rpc } from '../../model/command.js';
import type { Values } from '../../model/message.js';

/** One request as a custom converter sees it: of a list of objects each by itself. It is the converter's own copy. */
export interface RestRequest {
  /** The fields of the path, the body and the query; of one name the later counts. */
  readonly data: Values;
  readonly method: string;
  /** When it arrived, milliseconds since the epoch. */
  readonly receivedAt: number;
}

/** What the mapping says, given to the converter when it is made: a copy, with the defaults filled in. */
export interface RestConverterConfig {
  readonly endpoint: string;
  /** `extensionConfig` of the file. Empty when the file has none. */
  readonly extensionConfig: Readonly<Record<string, unknown>>;
  /** The whole `converter` section of the mapping. */
  readonly converter: Readonly<Record<string, unknown>>;
}

/** What the rule says (an item of `attributeUpdates` or `serverSideRpc`), given to the way down when it is made: a copy. */
export interface RestDownConfig {
  /** `extensionConfig` of the rule. Empty when it has none. */
  readonly extensionConfig: Readonly<Record<string, unknown>>;
  /** The whole rule. */
  readonly rule: Readonly<Record<string, unknown>>;
}

/** What is sent to a device: the body alone, or with what shall be otherwise than the rule says. */
export type RestOutgoing =
  | string
  | Uint8Array
  | {
      /** The body: bytes go as they are, a text as the header `Content-Type` says, anything else as JSON. Absent: none. */
      readonly data?: unknown;
      /** Absent: the rule's own, with its placeholders filled. */
      readonly url?: string;
      /** Absent: the rule's own. */
      readonly method?: string;
      /** They stand beside the rule's own; of one name these count. */
      readonly headers?: Readonly<Record<string, string>>;
    };

/**
 * A converter of the user's own: the default export of the module that `extension` names. A function alone is `up`.
 *
 * Both answer at once, never with a promise. What `up` throws, and what it gives in another form, is the reason of the answer 400, and the request is counted as
 * failed; of `down` it is logged, or is the error in the answer to the call.
 */
export interface RestConverter {
  /** Called once a mapping; what it gives, once a request. That says one device, several or none. Absent: the module is for rules only. */
  readonly up?: (config: RestConverterConfig) => (request: RestRequest) => Said | readonly Said[] | null | undefined;
  /**
   * Called once a rule; what it gives, once a command: with all the attributes of an update that the rule fits, or with the call. That says what is sent: of a call
   * exactly one request. Absent: the module is for mappings only.
   */
  readonly down?: (
    config: RestDownConfig,
  ) => (command: AttributeUpdate | Rpc) => RestOutgoing | readonly RestOutgoing[] | null | undefined;
}
