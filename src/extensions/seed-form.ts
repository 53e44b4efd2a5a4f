import { isObject } from '../model/is-object.js';
import type { Json, Values } from '../model/message.js';
import type { Converted, ConvertedEntry } from '../operators/extract/converted.js';
import { own } from '../operators/extract/own.js';
import { platformName } from '../operators/extract/platform-name.js';
import { put } from '../operators/extract/put.js';
import { plainJson } from './plain-json.js';

/** The last moment that a Date can hold. */
const LAST = 8.64e15;

const listOf = (value: Json | undefined): readonly Json[] => {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? (value as readonly Json[]) : [value];
};

const objectOf = (value: Json, what: string): Values => {
  if (isObject(value)) return value;
  throw new Error(`${what} holds ${JSON.stringify(value).slice(0, 40)} where an object of values belongs`);
};

/** Null says nothing. */
const said = (values: Values): Values =>
  Object.values(values).includes(null)
    ? Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null))
    : values;

const timeOf = (ts: Json | undefined): number | undefined => {
  if (ts === undefined || ts === null || ts === 0) return undefined;
  if (typeof ts === 'number' && ts > 0 && ts <= LAST) return Math.trunc(ts);
  throw new Error(
    `telemetry has the ts ${JSON.stringify(ts).slice(0, 40)}, which is no number of milliseconds since 1970`,
  );
};

const entryOf = (item: Json): ConvertedEntry => {
  const object = objectOf(item, 'telemetry');
  const inner = own(object, 'values');
  const stamped = isObject(inner) && Object.keys(object).every((key) => key === 'values' || key === 'ts');
  if (!stamped) return { values: said(object) };
  const ts = timeOf(own(object, 'ts'));
  const values = said(inner);
  return ts === undefined ? { values } : { ts, values };
};

/** The keys that name a device and its profile. */
type Names = readonly [name: string, profile: string];

/** Reads what is said of one device. Throws an error that says what is wrong. */
export const deviceSaid = (item: Json, [nameKey, profileKey]: Names = ['deviceName', 'deviceType']): Converted => {
  const object = objectOf(item, 'the result');
  const [name, type] = [own(object, nameKey), own(object, profileKey) ?? 'default'];
  if (typeof name !== 'string') throw new Error(`the result has no ${nameKey}`);
  if (typeof type !== 'string') throw new Error(`${profileKey} is no text`);
  const attributes: Record<string, Json> = {};
  for (const part of listOf(own(object, 'attributes')))
    for (const [key, value] of Object.entries(said(objectOf(part, 'attributes')))) put(attributes, key, value);
  return {
    device: platformName(name, 'device'),
    profile: type === '' ? 'default' : platformName(type, 'profile'),
    telemetry: listOf(own(object, 'telemetry'))
      .map(entryOf)
      .filter(({ values }) => Object.keys(values).length > 0),
    attributes,
  };
};

/**
 * Reads what a user's converter gave, in the forms that converters of the incumbent give: one device or a list of them, each with `deviceName`,
 * `deviceType`, telemetry (flat, `{ts, values}`, or a list of either) and attributes (flat, or a list).
 *
 * Promises: the result is ours, whatever the user's code does with its own later. Nothing (undefined, null) is no device. Throws an error that
 * says what is wrong with any other form.
 */
export const seedForm = (given: unknown): readonly Converted[] =>
  given === undefined ? [] : listOf(plainJson(given, 'the result')).map((item) => deviceSaid(item));
