import { map } from 'rxjs';
import type { Operator } from '../../../model/component.js';
import type { Nack } from '../../../model/envelope.js';
import type { AttributeRequest, Message } from '../../../model/message.js';

/**
 * Lets go of attribute requests that come back, for whatever reason: each is told and acknowledged. The device asks again if it still wants to
 * know; a broker that sent the question again would have to do so with a new connection, and everything else with it.
 */
export const dropReturnedRequests = (
  onReturned: (request: AttributeRequest, why: Nack) => void,
): Operator<Message, Message> =>
  map((item) => {
    const { value, ack } = item;
    if (value.kind !== 'attributeRequest') return item;
    return {
      value,
      ack,
      nack: (why) => {
        onReturned(value, why);
        ack();
      },
    };
  });
