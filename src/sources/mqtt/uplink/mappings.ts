import type { DeviceInfo } from '../config/device-info.js';
import type { Converter, Mapping } from '../config/mapping.js';

/** A mapping that can be converted. */
export interface Usable {
  /** How a report names it: its place in the file and its topic filter. */
  readonly label: string;
  readonly kind: 'json' | 'bytes';
  readonly mapping: Mapping;
  readonly converter: Converter & { readonly deviceInfo: DeviceInfo };
}

/** A mapping that a user's own module converts. */
export interface CustomUsable {
  readonly label: string;
  readonly kind: 'custom';
  readonly mapping: Mapping;
  readonly converter: Converter;
  readonly extension: string;
}

interface Sorted {
  readonly usable: readonly (Usable | CustomUsable)[];
  /** Mappings that are not to be subscribed to, each with its reason: the source warns of them. */
  readonly unsupported: readonly { readonly label: string; readonly why: string }[];
}

/** Sorts the mappings of a configuration into those that can be converted and those that cannot. */
export const mappings = (all: readonly Mapping[]): Sorted => {
  const usable: (Usable | CustomUsable)[] = [];
  const unsupported: { label: string; why: string }[] = [];
  for (const [i, mapping] of all.entries()) {
    const label = `mapping[${i}] (${mapping.topicFilter})`;
    const { converter } = mapping;
    const { type, extension, deviceInfo } = converter;
    if (extension !== undefined) usable.push({ label, kind: 'custom', mapping, converter, extension });
    else if (type === 'custom') unsupported.push({ label, why: 'it names no extension' });
    else if (type !== undefined && deviceInfo)
      usable.push({ label, kind: type, mapping, converter: { ...converter, deviceInfo } });
    else unsupported.push({ label, why: 'it has no converter type' });
  }
  return { usable, unsupported };
};
