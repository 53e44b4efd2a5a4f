import type { Said } from '../../extensions/said.js';
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

/**
 * A converter of the user's own: the default export of the module that `extension` names in a mapping. A function alone is `up`.
 *
 * `up` is called once a mapping, what it gives once a request. It answers at once, with one device, several or none, never with a promise. What it throws,
 * and what it gives in another form, is the reason of the answer 400, and the request is counted as failed.
 */
export interface RestConverter {
  readonly up: (config: RestConverterConfig) => (request: RestRequest) => Said | readonly Said[] | null | undefined;
}
