import { reasonOf } from '../../model/errors.js';
import { LinkLost } from './link-lost.js';

const numberOf = (error: unknown): number | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'number' ? error.code : undefined;

const refusals: Readonly<Record<4 | 5, readonly number[]>> = { 4: [2, 4, 5], 5: [133, 134, 135] };

/** What an error before the session stood means: refused credentials, another refusal, or nobody there. Source: the platform's MQTT contract, §1.4. */
export const connectError = (error: unknown, version: number): LinkLost => {
  const reason = numberOf(error);
  if (reason === undefined)
    return new LinkLost('BROKER_UNREACHABLE', `cannot connect to the platform: ${reasonOf(error)}`);
  const credentials = refusals[version === 4 ? 4 : 5].includes(reason);
  return credentials
    ? new LinkLost('CREDENTIALS_REFUSED', `the platform refused the credentials (reason ${reason})`, { reason })
    : new LinkLost('BROKER_REFUSED', `the platform refused the connection (reason ${reason})`, { reason });
};

/**
 * What the end of a connection means. `reason` is the code of the server's DISCONNECT, if there was one; `control` tells whether control
 * messages were in flight. Source: §1.5.
 */
export const closeError = (reason: number | undefined, why: string | undefined, control: boolean): LinkLost => {
  if (reason === 142)
    return new LinkLost('DUPLICATE_GATEWAY', 'another client connected with the same credentials', { reason, control });
  if (reason !== undefined)
    return new LinkLost('BROKER_UNREACHABLE', `the platform ended the connection (reason ${reason})`, {
      reason,
      control,
    });
  return new LinkLost(
    'BROKER_UNREACHABLE',
    `the connection to the platform was lost${why === undefined ? '' : `: ${why}`}`,
    { control },
  );
};
