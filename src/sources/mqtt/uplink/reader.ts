import type { Connected, Disconnected, Reporting } from '../../../model/message.js';
import type { Converted } from '../../../operators/extract/converted.js';
import type { AttributeRequestRule } from '../config/attribute-request.js';
import type { Body } from './read-body.js';

/** One message as converters see it. */
export interface Inbound {
  readonly payload: Buffer;
  readonly retained: boolean;
  /** The payload as JSON, or as the text that it is. Parsed once, at the first call. */
  readonly body: () => Body;
  readonly now: number;
}

/** A device asks for attributes. It has no id yet: the source gives it one. */
export interface Asked {
  readonly kind: 'attributeRequest';
  readonly device: string;
  readonly scope: 'client' | 'shared';
  readonly keys: readonly string[];
  /** Absent: it does not say. */
  readonly profile?: string;
  /** Says where the answer goes. */
  readonly rule: AttributeRequestRule;
}

/** What a message says: data that has no stamp yet, that a device has come or gone, or what it asks. */
export type Reading = (Converted & { readonly report?: Reporting }) | Connected | Disconnected | Asked;

/**
 * What reads the messages of one topic. What it cannot convert it throws, or hands to `fail` where other parts of the message are good.
 */
export type Reader = (message: Inbound, fail: (cause: unknown) => void) => readonly Reading[];
