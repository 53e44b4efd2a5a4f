import { asyncScheduler, defer, mergeMap } from 'rxjs';
import type { Observable, SchedulerLike } from 'rxjs';
import type { Context } from '../../model/component.js';
import type { ThingsBoardConfig } from './config.js';
import { provision } from './provision.js';
import { connect } from './session.js';
import type { Session } from './session.js';

/**
 * Connections to the platform with whatever credentials this gateway has, or gets from the platform first. As {@link connect}; what is known
 * of the credentials lasts from one subscription to the next.
 */
export const authorized = (
  config: ThingsBoardConfig,
  context: Context,
  folders: readonly string[],
  scheduler: SchedulerLike = asyncScheduler,
): Observable<Session> => {
  const credentials = provision(config, context, { folders: [context.folder, ...folders], scheduler });
  return defer(credentials).pipe(mergeMap((security) => connect({ ...config, security }, context, scheduler)));
};
