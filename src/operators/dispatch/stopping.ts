import { Subject, defer, filter, finalize, merge, tap } from 'rxjs';
import type { MonoTypeOperatorFunction } from 'rxjs';
import type { Sink } from '../../model/component.js';
import type { Envelope } from '../../model/envelope.js';
import { envelope } from '../../model/envelope.js';
import type { Message } from '../../model/message.js';
import { replyTo } from '../../model/reply-to.js';
import { apologies } from './apologies.js';

export interface Stopping {
  /** Stands behind `dispatch`: when this completes, nobody is left to answer. */
  readonly watched: MonoTypeOperatorFunction<Envelope<Message>>;
  /** Around the sink, which still has to deliver what was stored. */
  readonly around: (sink: Sink) => Sink;
}

const nothing = (): void => undefined;

/**
 * Answers with code 503 the requests that come after the last source has ended, while what is stored is still on its way to the sink.
 *
 * ```
 * watched   --a--|
 * stored    ----a--a--|         the storage ends later
 * requests  -r------r----
 * sink gets ----a--a3-|         3: the answer to the second request
 * ```
 *
 * Promises: until the last source has ended it changes nothing; it never delays the end. What comes after the sink's messages have ended is the sink's
 * own to answer.
 */
export const stopping = (): Stopping => {
  let isOver = false;
  return {
    watched: tap({ complete: () => (isOver = true) }),
    around: (sink) => (messages) =>
      defer(() => {
        const refusals = new Subject<Envelope<Message>>();
        const given = merge(messages.pipe(finalize(() => refusals.complete())), refusals);
        return sink(given).pipe(
          filter((command) => {
            if (!isOver || command.kind !== 'rpc') return true;
            refusals.next(envelope<Message>(replyTo(command, apologies.stopping), nothing, nothing));
            return false;
          }),
        );
      }),
  };
};
