import type { Kept, Values } from '../../model/message.js';
import type { Row } from './store.js';
import { wellFormed } from './well-formed.js';

/** What `messageText` makes of one reading, as the message that it was. */
const reading = (device: string, [ts, values, profile, connector]: readonly unknown[]): unknown => ({
  kind: 'data',
  device,
  ...(typeof connector === 'string' ? { connector } : {}),
  profile,
  telemetry: [{ ts, values: values as Values }],
  attributes: {},
});

/** Reads a row's message; undefined if the text was damaged (rows salvaged from a damaged file may be). */
export const messageIn = ({ body, device }: Row): Kept | undefined => {
  try {
    const read: unknown = JSON.parse(body);
    const message = Array.isArray(read) ? reading(device, read) : read;
    return wellFormed(message) && message.device === device ? message : undefined;
  } catch {
    return undefined;
  }
};
