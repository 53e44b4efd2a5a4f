import type { AttributeUpdateRule } from '../config/attribute-update.js';
import { namesIn } from '../../../operators/extract/names-in.js';
import { search } from '../../../operators/extract/search.js';

/**
 * The shared attributes that a device is told when it connects: those that the `attributeUpdates` rules that fit the device spell out. Undefined if no
 * rule does.
 *
 * Promises: no doubles, and no error; a filter that takes too long fits nobody. A pattern (`.*`) names nothing: the platform can be
 * asked for names, or for all attributes of both scopes together, and then those that the device has sent itself would come back to it.
 */
export const sharedKeys = (
  rules: readonly AttributeUpdateRule[],
): ((device: string) => readonly string[]) | undefined => {
  const named = rules.flatMap(({ deviceNameFilter, attributeFilter }) => {
    const names = namesIn(attributeFilter);
    return names.length === 0 ? [] : [{ names, find: search(deviceNameFilter) }];
  });
  if (named.length === 0) return undefined;
  return (device) => {
    const fitting = named.filter(({ find }) => {
      try {
        return find(device)?.index === 0;
      } catch {
        return false;
      }
    });
    return [...new Set(fitting.flatMap(({ names }) => names))];
  };
};
