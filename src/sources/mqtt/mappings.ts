import type { DeviceInfo } from './device-info.js';
import type { Converter, Mapping } from './mapping.js';

/** A mapping that can be converted. */
export interface Usable {
  /** How a report names it: its place in the file and its topic filter. */
  readonly label: string;
  readonly kind: 'json' | 'bytes';
  readonly mapping: Mapping;
  readonly converter: Converter & { readonly deviceInfo: DeviceInfo };
}

interface Sorted {
  readonly usable: readonly Usable[];
  /** Mappings that are not to be subscribed to, each with its reason: the source warns of them. */
  readonly unsupported: readonly { readonly label: string; readonly why: string }[];
}

/** Sorts the mappings of a configuration into those that can be converted and those that cannot yet. */
export const mappings = (all: readonly Mapping[]): Sorted => {
  const usable: Usable[] = [];
  const unsupported: { label: string; why: string }[] = [];
  for (const [i, mapping] of all.entries()) {
    const label = `mapping[${i}] (${mapping.topicFilter})`;
    const { type, extension, deviceInfo } = mapping.converter;
    const custom = extension !== undefined || type === 'custom';
    if (!custom && type !== undefined && deviceInfo)
      usable.push({ label, kind: type, mapping, converter: { ...mapping.converter, deviceInfo } });
    else
      unsupported.push({ label, why: custom ? 'custom converters are not supported yet' : 'it has no converter type' });
  }
  return { usable, unsupported };
};
