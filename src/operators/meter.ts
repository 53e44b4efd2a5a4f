import type { Exchanged } from '../model/component.js';

/** Counts what goes over a connector's wire. */
export interface Meter {
  /** A message with a payload of so many bytes has come. */
  readonly took: (bytes: number) => void;
  /** One was sent. */
  readonly gave: (bytes: number) => void;
  readonly read: () => Exchanged;
}

/** A meter that begins at nought. Promises: two additions a message; what was read does not change afterwards. */
export const meter = (): Meter => {
  let received = 0;
  let receivedBytes = 0;
  let sent = 0;
  let sentBytes = 0;
  return {
    took: (bytes) => {
      received += 1;
      receivedBytes += bytes;
    },
    gave: (bytes) => {
      sent += 1;
      sentBytes += bytes;
    },
    read: () => ({ received, receivedBytes, sent, sentBytes }),
  };
};
