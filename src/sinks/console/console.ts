import { EMPTY, concat, concatMap, defer, ignoreElements } from 'rxjs';
import type { ObservableInput } from 'rxjs';
import type { Sink } from '../../model/component.js';

/** Takes one line. What it returns completes when the line is out; nothing means at once. */
export type WriteLine = (line: string) => ObservableInput<unknown> | undefined;

/**
 * Prints each message as one line of JSON.
 *
 * Promises: acknowledges a message when its line is out and not before; one line at a time, in order, so that a slow reader slows the
 * buffer down; emits no commands. A line that cannot be written is an error, and its message stays unsettled.
 */
export const consoleSink =
  (write: WriteLine): Sink =>
  (messages) =>
    messages.pipe(
      concatMap((envelope) =>
        concat(
          defer(() => write(`${JSON.stringify(envelope.value)}\n`) ?? EMPTY).pipe(ignoreElements()),
          defer(() => {
            envelope.ack();
            return EMPTY;
          }),
        ),
      ),
    );
