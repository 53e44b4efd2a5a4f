import { asyncScheduler, map } from 'rxjs';
import type { Observable, SchedulerLike } from 'rxjs';
import { loadModule } from './load-module.js';

/** One way of a user's converter, as it was exported: a function of its configuration. Nothing is known of what it does. */
export type Half = (config: never) => unknown;

/** A user's converter as it was exported. One of the two is there. */
export interface LoadedConverter {
  readonly up?: Half;
  readonly down?: Half;
}

const halfOf = (exported: unknown, key: 'up' | 'down'): Half | undefined => {
  if ((typeof exported !== 'object' && typeof exported !== 'function') || exported === null) return undefined;
  const half: unknown = Reflect.get(exported, key);
  return typeof half === 'function' ? (config) => (half as Half).call(exported, config) : undefined;
};

/** A function alone is the way up. */
const converterIn = (exported: unknown): LoadedConverter | undefined => {
  const up =
    halfOf(exported, 'up') ??
    (typeof exported === 'function' ? (config: never): unknown => (exported as Half)(config) : undefined);
  const down = halfOf(exported, 'down');
  if (up === undefined && down === undefined) return undefined;
  return { ...(up === undefined ? {} : { up }), ...(down === undefined ? {} : { down }) };
};

/**
 * Loads the converter `name` for a connector of this type: the default export of its module, `{up?, down?}`, or a function, which is `up`.
 *
 * Promises: emits once; what {@link loadModule} promises. A module that exports no converter is an error that says so.
 */
export const loadConverter = (
  type: string,
  name: string,
  folder: string,
  scheduler: SchedulerLike = asyncScheduler,
): Observable<LoadedConverter | Error> =>
  loadModule(type, name, folder, scheduler).pipe(
    map((loaded) => {
      if (loaded instanceof Error) return loaded;
      const { exported, file } = loaded;
      return (
        converterIn(exported) ?? new Error(`${file} exports no converter by default: {up}, {down}, both or a function`)
      );
    }),
  );
