import { pathToFileURL } from 'node:url';
import { asyncScheduler, catchError, defer, forkJoin, from, map, of, timeout } from 'rxjs';
import type { Observable, SchedulerLike } from 'rxjs';
import { reasonOf } from '../../../model/errors.js';
import type { MqttConverterConfig } from '../converter.js';
import { extensionFile } from './extension-file.js';
import { makeConverter } from './make-converter.js';
import type { Made } from './make-converter.js';
import type { CustomUsable } from '../uplink/mappings.js';

/** Custom converters by the label of their mapping. */
export type Converters = ReadonlyMap<string, Made>;

type Up = (config: MqttConverterConfig) => unknown;

/** Milliseconds that a module may take to load. */
const PATIENCE = 10_000;

const member = (value: unknown, key: string): unknown =>
  (typeof value === 'object' && value !== null) || typeof value === 'function' ? Reflect.get(value, key) : undefined;

/** Compilers to CommonJS put the default export one level deeper. */
const upOf = (module: unknown): Up | undefined => {
  const given = member(module, 'default') ?? module;
  const exported = typeof given === 'function' ? given : (member(given, 'default') ?? given);
  if (typeof exported === 'function') return (config) => (exported as Up)(config);
  const up = member(exported, 'up');
  return typeof up === 'function' ? (config) => (up as Up).call(exported, config) : undefined;
};

const load = (extension: string, folder: string, scheduler: SchedulerLike): Observable<Up | Error> =>
  defer(() => {
    const { places, file } = extensionFile(extension, folder);
    if (file === undefined) throw new Error(`there is no such file: ${places.join(', ')}`);
    return from(import(pathToFileURL(file).href) as Promise<unknown>).pipe(
      timeout({ first: PATIENCE, scheduler }),
      map((module) => upOf(module) ?? new Error(`${file} exports no converter by default: {up} or a function`)),
    );
  }).pipe(
    catchError((error: unknown) => {
      const hint = error instanceof SyntaxError ? ' (an ES module may have to end in .mjs)' : '';
      return of(new Error(`the converter ${extension} cannot be loaded: ${reasonOf(error)}${hint}`));
    }),
  );

/** Mappings of one key share one converter. */
const keyOf = ({ label, extension, converter }: CustomUsable): string => {
  if (converter.sharedGlobal === true) return JSON.stringify([extension]);
  return JSON.stringify([extension, converter.sharedId ?? { label }]);
};

/**
 * Loads the custom converters that the mappings name, from `extensions/mqtt/` in the configuration folder, else from the folder where the incumbent
 * has them, and makes one for each mapping, or one for all that share it.
 *
 * Promises: emits once; at once if there are none. A module that is absent, broken, or takes longer than 10 s, is an error under the labels of
 * its mappings; the others work. Nothing but files of the two folders is loaded, or what an operator has linked there: the codec lets only plain
 * names pass.
 */
export const loadConverters = (
  customs: readonly CustomUsable[],
  folder: string,
  scheduler: SchedulerLike = asyncScheduler,
): Observable<Converters> => {
  const names = [...new Set(customs.map(({ extension }) => extension))];
  if (names.length === 0) return of(new Map());
  return forkJoin(names.map((name) => load(name, folder, scheduler))).pipe(
    map((loaded) => {
      const ups = new Map(names.map((name, i) => [name, loaded[i]]));
      const made = new Map<string, Made>();
      return new Map(
        customs.map((custom) => {
          const key = keyOf(custom);
          const up = ups.get(custom.extension) ?? new Error('it was not loaded');
          const one =
            made.get(key) ??
            (up instanceof Error ? up : makeConverter(up, custom.mapping.topicFilter, custom.converter));
          made.set(key, one);
          return [custom.label, one];
        }),
      );
    }),
  );
};
