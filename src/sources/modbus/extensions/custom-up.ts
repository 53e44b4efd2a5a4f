import type { LoadedConverter } from '../../../extensions/load-converter.js';
import { madeUp } from '../../../extensions/made-up.js';
import type { Json } from '../../../model/message.js';
import type { Converted } from '../../../operators/extract/converted.js';
import { isEmpty } from '../../../operators/extract/is-empty.js';
import { nestedDeeper } from '../../../operators/extract/nested-deeper.js';
import { own } from '../../../operators/extract/own.js';
import type { ModbusConverterConfig, ModbusPoll, ModbusRead } from '../converter.js';
import type { Found } from '../reading/reading-of.js';

/** Levels of nesting in a value that leaves: SQLite and the platform's own parser give up at 1000. */
const DEEPEST = 900;

/** What a user's converter makes of a poll that ended at `readAt`. Its points were decoded by `rawDecode`. Throws what the user's code throws. */
export type Up = (found: readonly Found[], readAt: number) => readonly Converted[];

const isTooDeep = ({ telemetry, attributes }: Converted): boolean =>
  [attributes, ...telemetry.map(({ values }) => values)].some((values) => nestedDeeper(values, DEEPEST));

const readOf = ([{ key, section, functionCode, address, origin }, raw]: Found): ModbusRead => ({
  tag: key,
  section,
  type: origin.type,
  functionCode,
  address,
  bytes: Uint8Array.from(Buffer.from(own(raw, 'bytes') as string, 'hex')),
  value: structuredClone<Json>(own(raw, 'value') ?? null),
});

/**
 * Makes the way up of a loaded converter for one slave. Throws nothing: an error instead of the function is the reason why there is none. A device without any
 * value is left out of what the function gives.
 */
export const customUp = (loaded: LoadedConverter | Error, config: ModbusConverterConfig): Up | Error => {
  const made = madeUp(loaded, config);
  if (made instanceof Error) return made;
  return (found, readAt) => {
    const all = made({ points: found.map(readOf), readAt } satisfies ModbusPoll);
    if (all.some(isTooDeep)) throw new Error(`a value is nested deeper than ${DEEPEST} levels`);
    return all.filter(({ telemetry, attributes }) => telemetry.length > 0 || !isEmpty(attributes));
  };
};
