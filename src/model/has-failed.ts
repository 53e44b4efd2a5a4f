import type { ErrorCode } from './errors.js';
import type { State } from './fact.js';

/** Whether a state says that something went wrong with its component. That a connection has ended is no failure: the next try shows whether it is one. */
export const hasFailed = (state: State): state is State & { readonly code: ErrorCode } =>
  state.code !== undefined && state.phase !== 'disconnected';
