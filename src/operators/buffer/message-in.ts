import type { Kept } from '../../model/message.js';
import type { Row } from './store.js';

/** Reads a row's message; undefined if the text was damaged (rows salvaged from a damaged file may be). */
export const messageIn = ({ body, device }: Row): Kept | undefined => {
  try {
    const message: unknown = JSON.parse(body);
    return typeof message === 'object' && message !== null && 'device' in message && message.device === device
      ? (message as Kept)
      : undefined;
  } catch {
    return undefined;
  }
};
