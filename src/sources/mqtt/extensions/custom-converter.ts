import { isPromise } from './is-promise.js';
import type { Made } from './make-converter.js';
import { readBody } from '../uplink/read-body.js';
import type { Reader } from '../uplink/reader.js';
import { seedForm } from './seed-form.js';

/** The reader of a mapping with a user's converter. It throws what the user's code throws, and for each result that is none. */
export const customConverter =
  (made: Made) =>
  (topic: string): Reader => {
    if (made instanceof Error)
      return () => {
        throw made;
      };
    return ({ payload, retained, now }) => {
      const { value } = readBody(payload);
      const result: unknown = made({ topic, payload: value, bytes: Buffer.from(payload), retained, receivedAt: now });
      if (isPromise(result)) throw new Error('the converter gave a promise: it has to answer at once');
      return seedForm(result);
    };
  };
