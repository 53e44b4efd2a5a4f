import type { Json } from '../../model/message.js';
import type { Converted, ConvertedEntry } from './converted.js';
import { put } from './put.js';

/**
 * Makes one of all that belongs to one device, in order of first appearance. The first item's profile counts; of equal attribute keys the
 * last does. Telemetry entries are kept apart: the stamper joins those of equal time.
 */
export const mergeDevices = (items: readonly Converted[]): readonly Converted[] => {
  if (items.length < 2) return items;
  const byDevice = new Map<string, Converted & { telemetry: ConvertedEntry[]; attributes: Record<string, Json> }>();
  for (const { device, profile, telemetry, attributes } of items) {
    let into = byDevice.get(device);
    if (!into) byDevice.set(device, (into = { device, profile, telemetry: [], attributes: {} }));
    into.telemetry.push(...telemetry);
    for (const [key, value] of Object.entries(attributes)) put(into.attributes, key, value);
  }
  return [...byDevice.values()];
};
