import type { Json, Values } from '../model/message.js';
import { put } from '../operators/extract/put.js';

/** Levels of nesting that are followed. */
const DEEPEST = 1_000;

const isPlain = (value: object): boolean => {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
};

/**
 * What a user's code gave, as JSON of its own: a big integer as a number, or as the text of its digits where a number would lose some;
 * undefined members are left out. Throws an error that names the place of what is no JSON.
 */
export const plainJson = (value: unknown, path: string, within: readonly unknown[] = []): Json => {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number') {
    if (Number.isFinite(value)) return value;
    throw new Error(`${path} is ${value}`);
  }
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  if (typeof value !== 'object') throw new Error(`${path} is of type ${typeof value}`);
  if (within.length > DEEPEST || within.includes(value)) throw new Error(`${path} is nested too deep`);
  const deeper = [...within, value];
  if (Array.isArray(value)) return value.map((item, i) => plainJson(item, `${path}[${i}]`, deeper));
  if (!isPlain(value)) throw new Error(`${path} is no plain object`);
  const result: Record<string, Json> = {};
  for (const [key, item] of Object.entries(value))
    if (item !== undefined) put(result, key, plainJson(item, `${path}.${key}`, deeper));
  return result satisfies Values;
};
