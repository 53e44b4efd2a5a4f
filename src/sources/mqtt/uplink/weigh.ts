import { Observable } from 'rxjs';
import type { Operator } from '../../../model/component.js';
import { envelope, replace } from '../../../model/envelope.js';
import type { Envelope } from '../../../model/envelope.js';
import type { AttributeRequest, Connected, Data, Disconnected, Message, Values } from '../../../model/message.js';
import type { Unsettled } from '../connection/unsettled.js';

/** A message that a payload became. `first`: the payload's own place counts for it. */
export interface Weighed {
  readonly message: Data | Connected | Disconnected | AttributeRequest;
  readonly first: boolean;
  /** The payload became nothing else. */
  readonly alone: boolean;
}

/** What a converted message and each of its values take in memory, in bytes, from the converter to the buffer; measured and rounded up. */
const MESSAGE = 2048;
const VALUE = 128;

const count = (values: Values): number => {
  let n = 0;
  // Not `Object.keys`, which makes a list for every message.
  for (const key in values) if (Object.hasOwn(values, key)) n += 1;
  return n;
};

const bytesOf = (message: Weighed['message']): number => {
  if (message.kind !== 'data') return MESSAGE;
  const { telemetry, attributes } = message;
  return telemetry.reduce((sum, { values }) => sum + VALUE * count(values), MESSAGE + VALUE * count(attributes));
};

/** A payload that became one message of so few values is weighed well enough by its own place and bytes. */
const FEW = 32;

const isLight = (message: Weighed['message']): boolean => {
  if (message.kind !== 'data') return true;
  const { telemetry, attributes } = message;
  const [first] = telemetry;
  return telemetry.length <= 1 && count(attributes) + (first === undefined ? 0 : count(first.values)) <= FEW;
};

/**
 * Enters in the account what a payload became, beside the payload itself: a small array may become thousands of messages.
 * They leave it as they are settled.
 */
export const weigh =
  (account: Unsettled): Operator<Weighed, Message> =>
  (source) =>
    new Observable<Envelope<Message>>((subscriber) =>
      source.subscribe({
        next: (parent) => {
          const { message, first, alone } = parent.value;
          if (alone && isLight(message)) {
            subscriber.next(replace(parent, message));
            return;
          }
          const messages = first ? 0 : 1;
          const bytes = bytesOf(message);
          account.enter(messages, bytes);
          subscriber.next(
            envelope(
              message,
              () => {
                account.leave(messages, bytes);
                parent.ack();
              },
              (why) => {
                account.leave(messages, bytes);
                parent.nack(why);
              },
            ),
          );
        },
        error: (error: unknown) => subscriber.error(error),
        complete: () => subscriber.complete(),
      }),
    );
