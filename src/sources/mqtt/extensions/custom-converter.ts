import type { Converted } from '../../../operators/extract/converted.js';
import type { MqttMessage } from '../converter.js';
import { readBody } from '../uplink/read-body.js';
import type { Reader } from '../uplink/reader.js';

/** The way up of a user's converter that is ready to convert, or the reason why it is not. */
export type Made = ((message: MqttMessage) => readonly Converted[]) | Error;

/** The reader of a mapping with a user's converter. It throws what the user's code throws, and for each result that is none. */
export const customConverter =
  (made: Made) =>
  (topic: string): Reader => {
    if (made instanceof Error)
      return () => {
        throw made;
      };
    return ({ payload, retained, now }) =>
      made({ topic, payload: readBody(payload).value, bytes: Buffer.from(payload), retained, receivedAt: now });
  };
