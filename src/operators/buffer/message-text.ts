import type { Data, Kept } from '../../model/message.js';
import { isEmpty } from '../extract/is-empty.js';

/** Devices whose end is remembered. */
const TAILS = 10_000;

interface Tail {
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
 * Writes messages down, for {@link messageIn} to read. Most are one reading and nothing else: of such the row's other columns say the half, so it is
 * `[ts, values, profile, connector]`, in half the bytes and half the time. All others are their JSON.
 *
 * Promises: bounded memory; throws what `JSON.stringify` throws.
 */
export const messageText = (): ((value: Kept) => Written) => {
  const tails = new Map<string, Tail>();
  const tailOf = ({ device, profile, connector }: Data): string => {
    const known = tails.get(device);
    if (known?.profile === profile && known.connector === connector) return known.text;
    const text = `,${JSON.stringify([profile, connector ?? null]).slice(1)}`;
    if (tails.size >= TAILS) tails.clear();
    tails.set(device, { profile, connector, text });
    return text;
  };
  return (value) => {
    if (value.kind !== 'data') return { body: JSON.stringify(value), values: undefined };
    const { telemetry, attributes } = value;
    const [only] = telemetry;
    if (only === undefined || telemetry.length > 1 || value.report !== undefined || !isEmpty(attributes))
      return { body: JSON.stringify(value), values: undefined };
    const values = JSON.stringify(only.values);
    return { body: `[${only.ts},${values}${tailOf(value)}`, values };
  };
};
