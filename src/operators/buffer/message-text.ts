import type { Data, Kept } from '../../model/message.js';
import { isEmpty } from '../extract/is-empty.js';

/** Devices whose beginning is remembered. */
const HEADS = 10_000;

interface Head {
  readonly profile: string;
  readonly connector: string | undefined;
  readonly text: string;
}

/** A message written down. */
export interface Written {
  readonly body: string;
  /** The text of the values of its entry, if it has one entry only. */
  readonly values: string | undefined;
}

/**
 * Writes messages down as JSON, as `JSON.stringify` would, in half the time: what a device's data begin with is the same each time, and most
 * hold one reading. Promises: bounded memory; throws what `JSON.stringify` throws.
 */
export const messageText = (): ((value: Kept) => Written) => {
  const heads = new Map<string, Head>();
  const headOf = ({ device, profile, connector }: Data): string => {
    const known = heads.get(device);
    if (known?.profile === profile && known.connector === connector) return known.text;
    const text = JSON.stringify({ kind: 'data', device, connector, profile }).slice(0, -1);
    if (heads.size >= HEADS) heads.clear();
    heads.set(device, { profile, connector, text });
    return text;
  };
  return (value) => {
    if (value.kind !== 'data') return { body: JSON.stringify(value), values: undefined };
    const { telemetry, attributes } = value;
    const [first] = telemetry;
    const values = first !== undefined && telemetry.length === 1 ? JSON.stringify(first.values) : undefined;
    const entries = values === undefined ? JSON.stringify(telemetry) : `[{"ts":${first!.ts},"values":${values}}]`;
    const rest = isEmpty(attributes) ? '{}' : JSON.stringify(attributes);
    return { body: `${headOf(value)},"telemetry":${entries},"attributes":${rest}}`, values };
  };
};
