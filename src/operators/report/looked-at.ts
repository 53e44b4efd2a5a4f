import type { Data, Entry, Json, Values } from '../../model/message.js';
import { put } from '../extract/put.js';
import type { Kind } from './points.js';
import { withoutReport } from './without-report.js';

/** Says whether a value goes on. `ts` is undefined of an attribute. */
export type Judge = (kind: Kind, key: string, value: Json, ts: number | undefined) => boolean;

const sieve = (values: Values, goes: (key: string, value: Json) => boolean): Values | undefined => {
  const all = Object.entries(values);
  const left = all.filter(([key, value]) => goes(key, value));
  if (left.length === all.length) return values;
  if (left.length === 0) return undefined;
  const result: Record<string, Json> = {};
  for (const [key, value] of left) put(result, key, value);
  return result;
};

/** What is left of a message after each of its values was looked at, in order; undefined if nothing is. Without what was said of reporting it. */
export const lookedAt = (data: Data, judge: Judge): Data | undefined => {
  const telemetry = data.telemetry.flatMap((entry): readonly Entry[] => {
    const values = sieve(entry.values, (key, value) => judge('telemetry', key, value, entry.ts));
    if (values === undefined) return [];
    return [values === entry.values ? entry : { ts: entry.ts, values }];
  });
  const attributes = sieve(data.attributes, (key, value) => judge('attributes', key, value, undefined)) ?? {};
  const isEmpty = telemetry.length === 0 && Object.keys(attributes).length === 0;
  return isEmpty ? undefined : { ...withoutReport(data), telemetry, attributes };
};
