import type { Connected, Disconnected, Reporting } from '../../model/message.js';
import type { Converted } from '../../operators/extract/converted.js';
import type { Asked } from './attribute-requests.js';
import type { Body } from './read-body.js';

/** One message as converters see it. */
export interface Inbound {
  readonly payload: Buffer;
  readonly retained: boolean;
  /** The payload as JSON, or as the text that it is. Parsed once, at the first call. */
  readonly body: () => Body;
  readonly now: number;
}

/** What a message says: data that has no stamp yet, that a device has come or gone, or what it asks. */
export type Said = (Converted & { readonly report?: Reporting }) | Connected | Disconnected | Asked;

/**
 * What reads the messages of one topic. What it cannot convert it throws, or hands to `fail` where other parts of the message are good.
 */
export type Reader = (message: Inbound, fail: (cause: unknown) => void) => readonly Said[];
