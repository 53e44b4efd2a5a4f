import type { Kept } from '../../model/message.js';
import type { Row } from './store.js';
import { wellFormed } from './well-formed.js';

/** Reads a row's message; undefined if the text was damaged (rows salvaged from a damaged file may be). */
export const messageIn = ({ body, device }: Row): Kept | undefined => {
  try {
    const message: unknown = JSON.parse(body);
    return wellFormed(message) && message.device === device ? message : undefined;
  } catch {
    return undefined;
  }
};
