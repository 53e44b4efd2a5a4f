import { asyncScheduler, forkJoin, map, of } from 'rxjs';
import type { Observable, SchedulerLike } from 'rxjs';
import { loadConverter } from './load-converter.js';
import type { LoadedConverter } from './load-converter.js';

const absent = new Error('it was not loaded');

/**
 * Loads the converters of these names for a connector of this type, each once, and makes a function that gives them by name.
 *
 * Promises: emits once, at once if there are none; what {@link loadConverter} promises for each.
 */
export const loadNamed = (
  type: string,
  names: readonly string[],
  folder: string,
  scheduler: SchedulerLike = asyncScheduler,
): Observable<(name: string) => LoadedConverter | Error> => {
  const different = [...new Set(names)];
  if (different.length === 0) return of(() => absent);
  return forkJoin(different.map((name) => loadConverter(type, name, folder, scheduler))).pipe(
    map((all) => {
      const loaded = new Map(different.map((name, i) => [name, all[i]]));
      return (name) => loaded.get(name) ?? absent;
    }),
  );
};
