import { madeUp } from '../../../extensions/made-up.js';
import type { LoadedConverter } from '../../../extensions/load-converter.js';
import type { Values } from '../../../model/message.js';
import type { Converted } from '../../../operators/extract/converted.js';
import { isEmpty } from '../../../operators/extract/is-empty.js';
import { nestedDeeper } from '../../../operators/extract/nested-deeper.js';
import type { Mapping } from '../config/mapping.js';
import type { RestConverterConfig, RestRequest } from '../converter.js';

/** Levels of nesting in a value that leaves: SQLite and the platform's own parser give up at 1000. */
const DEEPEST = 900;

const isTooDeep = ({ telemetry, attributes }: Converted): boolean =>
  [attributes, ...telemetry.map(({ values }) => values)].some((values) => nestedDeeper(values, DEEPEST));

/** What a user's converter makes of a request, or the reason why it is not ready. */
export type Custom = ((request: RestRequest) => readonly Converted[]) | Error;

/** Makes a user's converter for one mapping. Throws nothing; what it gives throws an error for each result that is none. A device without any value is left out. */
export const customConverter = (loaded: LoadedConverter | Error, { endpoint, converter }: Mapping): Custom => {
  const made = madeUp(loaded, {
    endpoint,
    extensionConfig: converter.extensionConfig ?? {},
    converter,
  } satisfies RestConverterConfig);
  if (made instanceof Error) return made;
  return ({ data, ...request }) => {
    const all = made({ data: structuredClone<Values>(data), ...request });
    if (all.some(isTooDeep)) throw new Error(`a value is nested deeper than ${DEEPEST} levels`);
    return all.filter(({ telemetry, attributes }) => telemetry.length > 0 || !isEmpty(attributes));
  };
};
