import { FatalError, reasonOf } from '../model/errors.js';

/** Runs a user's code. Promises: throws nothing but a {@link FatalError}, which costs its connector and no other. `what` names the part of the connector. */
export const tamed = <T>(what: string, run: () => T): T => {
  try {
    return run();
  } catch (error) {
    if (error instanceof FatalError) throw error;
    throw new FatalError('EXTENSION_FAILED', `the connector's ${what} failed: ${reasonOf(error)}`, { cause: error });
  }
};
