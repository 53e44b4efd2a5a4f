import { isObject } from '../../../model/is-object.js';
import type { Json, Values } from '../../../model/message.js';
import { arithmetic } from '../../../operators/extract/arithmetic.js';
import { cast } from '../../../operators/extract/cast.js';
import type { Converted, ConvertedEntry } from '../../../operators/extract/converted.js';
import { isEmpty } from '../../../operators/extract/is-empty.js';
import { platformName } from '../../../operators/extract/platform-name.js';
import { own } from '../../../operators/extract/own.js';
import { placeholders } from '../../../operators/extract/placeholders.js';
import { put } from '../../../operators/extract/put.js';
import { template } from '../../../operators/extract/template.js';
import { textOf } from '../../../operators/extract/text-of.js';
import { timestamp } from '../../../operators/extract/timestamp.js';
import { topicRegex } from '../../../operators/extract/topic-regex.js';
import type { Usable } from './mappings.js';
import { mergeDevices } from '../../../operators/extract/merge-devices.js';
import type { Datapoint } from '../config/mapping.js';
import type { Reader } from './reader.js';

type Text = (body: Json) => string | undefined;
type OnTopic<A> = (topic: string) => A;

/** A text that comes from the topic, found once per topic, or from the body. */
const text = (fromTopic: boolean, expression: string, missing: 'drop' | 'keep'): OnTopic<Text> => {
  if (fromTopic) {
    const search = topicRegex(expression);
    return (topic) => {
      const found = search(topic);
      return () => found;
    };
  }
  const fill = template(expression, missing);
  const found: Text = (body) => {
    const value = fill(body);
    return value === undefined || value === null ? undefined : textOf(value);
  };
  return () => found;
};

const computed = (value: Json): Json => (typeof value === 'string' ? (arithmetic(value) ?? value) : value);

const point = ({ key, keySource, value, type }: Datapoint, useEval: boolean) => {
  const name = text(keySource === 'topic', key, 'drop');
  const read = template(value);
  const convert = cast(type);
  return (topic: string) => {
    const nameOf = name(topic);
    return (body: Json, target: Record<string, Json>): void => {
      const found = read(body);
      const named = nameOf(body);
      if (found !== undefined && found !== null && named !== undefined)
        put(target, named, convert(useEval ? computed(found) : found));
    };
  };
};

const withoutNulls = (values: Values): Record<string, Json> => {
  const result: Record<string, Json> = {};
  for (const [key, value] of Object.entries(values)) if (value !== null) put(result, key, value);
  return result;
};

/** The data points of one section. With "*" all keys of the payload are points too; null says nothing. */
const section = (list: readonly (Datapoint | '*')[], useEval: boolean): OnTopic<(body: Json) => Values> => {
  const all = list.includes('*');
  const compiled = list.filter((item) => item !== '*').map((item) => point(item, useEval));
  const opened: OnTopic<(body: Json) => Values> = (topic) => {
    const points = compiled.map((open) => open(topic));
    return (body) => {
      const values = all && isObject(body) ? withoutNulls(body) : {};
      for (const add of points) add(body, values);
      return values;
    };
  };
  if (list.some((item) => item !== '*' && item.keySource === 'topic')) return opened;
  // The same for every topic: with many of them, one each would cost half a kilobyte.
  const shared = opened('');
  return () => shared;
};

const readsBody = ({ converter }: Usable): boolean => {
  const { deviceInfo: info, attributes, timeseries } = converter;
  const uses = (expression: string): boolean => placeholders(expression).some((part) => typeof part !== 'string');
  const named = (source: string, expression: string): boolean => source !== 'topic' && uses(expression);
  return (
    named(info.deviceNameExpressionSource, info.deviceNameExpression) ||
    named(info.deviceProfileExpressionSource, info.deviceProfileExpression) ||
    [...attributes, ...timeseries].some(
      (item) => item === '*' || uses(item.value) || named(item.keySource ?? 'message', item.key),
    )
  );
};

/**
 * The json converter: names the device, picks the data points. An array is many messages; those of one device become one.
 *
 * Promises: a placeholder that finds nothing, or null, drops its data point and stays as text in a device's name. The time is found once for the
 * telemetry section, by its first data point. A `{ts, values}` payload under "*" is one entry. A payload that is not JSON
 * throws if the mapping looks into the payload at all; one bad item of an array goes to `fail`, the others are converted.
 */
export const jsonConverter = (usable: Usable): OnTopic<Reader> => {
  const { deviceInfo: info, attributes, timeseries, useReceivedTs, useEval } = usable.converter;
  const name = text(info.deviceNameExpressionSource === 'topic', info.deviceNameExpression, 'keep');
  const profile = text(info.deviceProfileExpressionSource === 'topic', info.deviceProfileExpression, 'keep');
  const [first] = timeseries;
  const time = timestamp(first === undefined || first === '*' ? {} : first);
  const attributesOf = section(attributes, useEval);
  const valuesOf = section(timeseries, useEval);
  const wholePayload = timeseries.includes('*');
  const needsJson = readsBody(usable);

  return (topic) => {
    const nameOf = name(topic);
    const profileIn = profile(topic);
    const attributesIn = attributesOf(topic);
    const valuesIn = valuesOf(topic);

    const profileOf = (body: Json): string => {
      const found = profileIn(body) ?? '';
      return found === '' ? 'default' : platformName(found, 'profile');
    };
    const entries = (body: Json, now: number): readonly ConvertedEntry[] => {
      const inner = wholePayload && own(body, 'ts') ? own(body, 'values') : undefined;
      const values = valuesIn(isObject(inner) ? inner : body);
      if (isEmpty(values)) return [];
      const ts = useReceivedTs ? undefined : time(body, now);
      return [ts === undefined ? { values } : { ts, values }];
    };
    const convert = (body: Json, now: number): Converted => ({
      device: platformName(nameOf(body) ?? '', 'device'),
      profile: profileOf(body),
      telemetry: entries(body, now),
      attributes: attributesIn(body),
    });

    return ({ body, payload, now }, fail) => {
      // A retained message that is taken away comes as an empty one.
      if (payload.length === 0 && needsJson) return [];
      const { json, value } = body();
      if (!json && needsJson) throw new Error('the payload is not JSON');
      if (!Array.isArray(value)) return [convert(value, now)];
      const items = (value as readonly Json[]).flatMap((item) => {
        try {
          return [convert(item, now)];
        } catch (cause) {
          fail(cause);
          return [];
        }
      });
      return mergeDevices(items);
    };
  };
};
