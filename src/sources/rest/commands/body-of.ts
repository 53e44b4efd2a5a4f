import type { Json } from '../../../model/message.js';
import { isObject } from '../../../model/is-object.js';
import { fillPlaceholders } from '../../../operators/extract/fill-placeholders.js';
import type { Filling } from '../../../operators/extract/fill-placeholders.js';
import { parseJson } from '../../../operators/extract/parse-json.js';
import { put } from '../../../operators/extract/put.js';

type Fill<A> = (filling: Filling) => A;

const within = (json: Json): Fill<Json> => {
  if (typeof json === 'string') return fillPlaceholders(json);
  if (Array.isArray(json)) {
    const items = (json as readonly Json[]).map(within);
    return (filling) => items.map((item) => item(filling));
  }
  if (!isObject(json)) return () => json;
  const members = Object.entries(json as Readonly<Record<string, Json>>).map(
    ([key, value]) => [fillPlaceholders(key), within(value)] as const,
  );
  return (filling) => {
    const result: Record<string, Json> = {};
    for (const [key, value] of members) put(result, key(filling), value(filling));
    return result;
  };
};

const templateOf = (text: string): Json | undefined => {
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
};

/**
 * Compiles a `valueExpression` into the text of a body. One that is JSON by itself is filled within its texts and keys, so that whatever is pasted in, the result
 * is JSON; any other is filled as the text that it is.
 */
export const bodyOf = (expression: string): Fill<string> => {
  const json = templateOf(expression);
  if (json === undefined || typeof json !== 'object' || json === null) return fillPlaceholders(expression);
  const fill = within(json);
  return (filling) => JSON.stringify(fill(filling));
};
