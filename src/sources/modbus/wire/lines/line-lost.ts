import { ConnectionError, GatewayError, reasonOf } from '../../../../model/errors.js';

/** Node's error for a name with several addresses has no message of its own. */
const textOf = (error: unknown): string => {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return reasonOf(error) || code || 'the connection failed';
};

/** What the end of a connection means, with the reason in the system's own words. No error: it was closed. */
export const lineLost = (name: string, error: unknown): GatewayError =>
  error instanceof GatewayError
    ? error
    : new ConnectionError(
        'BROKER_UNREACHABLE',
        `${name}: ${error === undefined || error === null ? 'the connection was closed' : textOf(error)}`,
        { cause: error },
      );
