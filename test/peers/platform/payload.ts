import type { Json } from './contract.js';

export type JsonObject = Record<string, Json>;

export interface Item {
  readonly ts: number;
  readonly values: JsonObject;
}

export const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const numeric = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;

const scalar = (value: Json, cast: boolean): Json => {
  if (typeof value === 'string' && cast && numeric.test(value)) {
    const number = Number(value);
    return Number.isFinite(number) && (Math.abs(number) < 2 ** 63 || !Number.isInteger(number)) ? number : value;
  }
  if (typeof value === 'number' && Number.isInteger(value) && Math.abs(value) >= 2 ** 63) return String(value);
  return value;
};

/** The values the platform would store: nulls gone, strings that look like numbers turned into numbers when `cast`. */
export const storedValues = (object: JsonObject, cast: boolean): JsonObject =>
  Object.fromEntries(
    Object.entries(object)
      .filter(([, value]) => value !== null)
      .map(([key, value]) => [key, scalar(value, cast)]),
  );

const metadataComplete = (metadata: Json | undefined): boolean =>
  isObject(metadata) && ['connector', 'receivedTs', 'publishedTs'].every((key) => Object.hasOwn(metadata, key));

/** One item of a telemetry array, or undefined when the platform would refuse the whole message for it. Source: contract §5.1. */
export const telemetryItem = (item: Json, now: number, cast: boolean): Item | undefined => {
  if (!isObject(item)) return undefined;
  const entries = Object.entries(item).filter(([key]) => key !== 'metadata' || !metadataComplete(item.metadata));
  const bare: JsonObject = Object.fromEntries(entries);
  if (!Object.hasOwn(bare, 'ts') || !Object.hasOwn(bare, 'values'))
    return { ts: now, values: storedValues(bare, cast) };
  const { ts, values } = bare;
  const epoch = typeof ts === 'string' && ts.trim() !== '' ? Number(ts) : ts;
  if (typeof epoch !== 'number' || !Number.isFinite(epoch) || !isObject(values)) return undefined;
  return { ts: Math.trunc(epoch), values: storedValues(values, cast) };
};
