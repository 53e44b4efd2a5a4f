import { namesIn } from '../../../operators/extract/names-in.js';
import { wholeName } from '../../../operators/extract/whole-name.js';
import type { RestConfig } from '../config.js';

/**
 * The shared attributes that a device is told when it connects: those that the `attributeUpdates` rules that fit the device spell out. Undefined if no rule does.
 *
 * Promises: no doubles, and no error; a filter that takes too long fits nobody. A pattern (`.*`) names nothing, and neither does an attribute that a request waits
 * for (`responseAttribute`): its old value would be taken for the answer.
 */
export const sharedKeys = ({
  mapping,
  requestsMapping,
}: Pick<RestConfig, 'mapping' | 'requestsMapping'>): ((device: string) => readonly string[]) | undefined => {
  const awaited = new Set(mapping.map(({ response }) => response.responseAttribute));
  const named = requestsMapping.attributeUpdates.flatMap(({ deviceNameFilter, attributeFilter }) => {
    const names = namesIn(attributeFilter).filter((name) => !awaited.has(name));
    return names.length === 0 ? [] : [{ names, fits: wholeName(deviceNameFilter) }];
  });
  if (named.length === 0) return undefined;
  return (device) => {
    const fitting = named.filter(({ fits }) => {
      try {
        return fits(device);
      } catch {
        return false;
      }
    });
    return [...new Set(fitting.flatMap(({ names }) => names))];
  };
};
