import type { Converted } from '../../operators/extract/converted.js';
import type { Json } from '../../model/message.js';

/** One message as converters see it. */
export interface Inbound {
  readonly payload: Buffer;
  /** The payload as JSON, or as the text that it is. Parsed once, at the first call. */
  readonly body: () => { readonly json: boolean; readonly value: Json };
  readonly now: number;
}

/**
 * A mapping's converter for one topic. What it cannot convert it throws, or hands to `fail` where other parts of the message are good.
 */
export type Reader = (message: Inbound, fail: (cause: unknown) => void) => readonly Converted[];
