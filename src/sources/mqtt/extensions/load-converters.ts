import { asyncScheduler, map } from 'rxjs';
import type { Observable, SchedulerLike } from 'rxjs';
import { loadNamed } from '../../../extensions/load-named.js';
import { madeUp } from '../../../extensions/made-up.js';
import type { MqttConverterConfig } from '../converter.js';
import type { CustomUsable } from '../uplink/mappings.js';
import type { Made } from './custom-converter.js';
import { madeDown } from './made-down.js';
import type { Down, Downs } from './made-down.js';
import type { CustomRule } from './custom-rules.js';

/** Ways up by the label of their mapping. */
export type Converters = ReadonlyMap<string, Made>;

/** A user's converters: ways up by the label of their mapping, ways down by that of their rule. */
export interface LoadedConverters {
  readonly ups: Converters;
  readonly downs: Downs;
}

/** Mappings of one key share one converter. */
const keyOf = ({ label, extension, converter }: CustomUsable): string => {
  if (converter.sharedGlobal === true) return JSON.stringify([extension]);
  return JSON.stringify([extension, converter.sharedId ?? { label }]);
};

/**
 * Loads the custom converters that mappings and rules name, from `extensions/mqtt/` in the configuration folder, else from the folder where the incumbent
 * has them, and makes one for each mapping and each rule, or one for all mappings that share it.
 *
 * Promises: emits once; at once if there are none. A module that is absent, broken, or takes longer than 10 s, is an error under the labels of
 * its mappings and rules; the others work. Nothing but files of the two folders is loaded, or what an operator has linked there: only plain
 * names pass.
 */
export const loadConverters = (
  customs: readonly CustomUsable[],
  rules: readonly CustomRule[],
  folder: string,
  scheduler: SchedulerLike = asyncScheduler,
): Observable<LoadedConverters> =>
  loadNamed(
    'mqtt',
    [...customs, ...rules].map(({ extension }) => extension),
    folder,
    scheduler,
  ).pipe(
    map((loaded) => {
      const made = new Map<string, Made>();
      const ups = new Map(
        customs.map((custom) => {
          const { label, extension, mapping, converter } = custom;
          const key = keyOf(custom);
          const config: MqttConverterConfig = {
            topicFilter: mapping.topicFilter,
            extensionConfig: converter.extensionConfig ?? {},
            converter,
          };
          const one = made.get(key) ?? madeUp(loaded(extension), config);
          made.set(key, one);
          return [label, one];
        }),
      );
      const downs = new Map(
        rules.map(({ label, extension, rule }): [string, Down | Error] => [label, madeDown(loaded(extension), rule)]),
      );
      return { ups, downs };
    }),
  );
