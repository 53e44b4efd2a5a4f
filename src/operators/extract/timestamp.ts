import type { Json } from '../../model/message.js';
import { date, type DateOrder } from './date.js';
import { findKey } from './find-key.js';
import { lookup } from './lookup.js';
import { own } from './own.js';
import { placeholders } from './placeholders.js';

interface Options extends DateOrder {
  /** `${path}` of the device's own time. */
  readonly tsField?: string;
}

/** The last moment that a Date can hold. */
const LAST = 8.64e15;
/** A configured field below this many is in seconds: as milliseconds it would be before 1973. */
const SECONDS_BELOW = 1e11;

const usable = (ms: number): number | undefined => (ms > 0 && ms <= LAST ? Math.trunc(ms) : undefined);

const read = (value: Json | undefined, order: DateOrder, now: number, seconds: boolean): number | undefined => {
  if (typeof value === 'string' && !/^\s*\d{9,13}(?:\.\d{1,9})?\s*$/.test(value)) {
    const ms = date(value, order, now);
    return ms === undefined ? undefined : usable(ms);
  }
  if (typeof value !== 'number' && typeof value !== 'string') return undefined;
  const number = Number(value);
  return usable(seconds && number < SECONDS_BELOW ? number * 1000 : number);
};

const fieldOf = (tsField: string): ((body: Json) => Json | undefined) => {
  const [hole] = placeholders(tsField).filter((part) => typeof part !== 'string');
  const path = hole?.path ?? tsField;
  const exactly = lookup(path);
  const last = path.slice(path.lastIndexOf('.') + 1).trim();
  return (body) => exactly(body) ?? findKey(body, last);
};

/**
 * Compiles where a message says when it was measured: `tsField`, else `ts`, else `timestamp` of the body (of a list: of its first item).
 *
 * `tsField` is looked up by its path, else as the first key anywhere that is named like its last step. It may be text in any form that
 * `date` reads, milliseconds, or seconds (below 10^11). `ts` and `timestamp` as numbers are always milliseconds.
 * Undefined when there is none that can be read: the caller stamps the message itself.
 */
export const timestamp = ({ tsField, ...order }: Options): ((body: Json, now: number) => number | undefined) => {
  const field = tsField === undefined ? undefined : fieldOf(tsField);
  return (body, now) => {
    const named = field ? read(field(body), order, now, true) : undefined;
    if (named !== undefined) return named;
    const root: Json | undefined = Array.isArray(body) ? (body as readonly Json[])[0] : body;
    return read(own(root, 'ts'), order, now, false) ?? read(own(root, 'timestamp'), order, now, false);
  };
};
