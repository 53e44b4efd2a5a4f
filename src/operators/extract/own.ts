import type { Json } from '../../model/message.js';

/** The value under an object's own key. Inherited names (`constructor`), lists and plain values have none. */
export const own = (body: Json | undefined, key: string): Json | undefined =>
  typeof body === 'object' && body !== null && !Array.isArray(body) && Object.hasOwn(body, key)
    ? (body as Readonly<Record<string, Json>>)[key]
    : undefined;
