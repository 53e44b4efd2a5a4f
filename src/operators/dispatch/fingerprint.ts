import { createHash } from 'node:crypto';
import type { Rpc } from '../../model/command.js';

/** What is nested too deeply to be written as text is told apart by nothing but its device, id and method. */
const textOf = (json: unknown): string => {
  try {
    return JSON.stringify(json);
  } catch {
    return '';
  }
};

/**
 * A text that is the same for two deliveries of one request, and for no two requests: of device, id, method and parameters. The platform counts
 * ids from 0 again, so an id alone says little.
 */
export const fingerprint = ({ device, id, method, params }: Rpc): string =>
  createHash('sha256')
    .update(JSON.stringify([device ?? null, id, method]))
    .update(textOf(params))
    .digest('base64');
