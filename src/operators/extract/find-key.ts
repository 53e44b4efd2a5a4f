import type { Json } from '../../model/message.js';
import { own } from './own.js';

/** The value under the first key of that name, depth first, objects before what they hold. Safe for any depth of nesting. */
export const findKey = (body: Json, key: string): Json | undefined => {
  const waiting: Json[] = [body];
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    if (typeof at !== 'object' || at === null) continue;
    const found = own(at, key);
    if (found !== undefined) return found;
    const inside: readonly Json[] = Array.isArray(at) ? (at as readonly Json[]) : Object.values(at);
    for (let i = inside.length - 1; i >= 0; i -= 1) waiting.push(inside[i] ?? null);
  }
  return undefined;
};
