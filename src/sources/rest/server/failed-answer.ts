import type { Json } from '../../../model/message.js';
import type { Answer } from './exchange.js';

/** Seconds after which a client may try again. */
const LATER = '5';

/** The answer to a request that is not taken. `body` is the configured one; without it the reason is the body. */
export const failedAnswer = (status: number, reason: string, body?: Json): Answer => ({
  status,
  body: body ?? { error: reason },
  ...(status === 503 ? { headers: { 'retry-after': LATER } } : {}),
});
