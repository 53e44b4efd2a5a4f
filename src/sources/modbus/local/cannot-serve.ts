import { ConnectionError, GatewayError, reasonOf } from '../../../model/errors.js';

/** Why the local slave cannot serve, or no longer does. */
export const cannotServe = (name: string, error: unknown): GatewayError =>
  error instanceof GatewayError
    ? error
    : new ConnectionError('CANNOT_LISTEN', `the local slave cannot serve on ${name}: ${reasonOf(error)}`, {
        cause: error,
      });
