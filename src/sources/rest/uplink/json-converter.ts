import type { Json, Values } from '../../../model/message.js';
import { cast } from '../../../operators/extract/cast.js';
import type { Converted } from '../../../operators/extract/converted.js';
import { isEmpty } from '../../../operators/extract/is-empty.js';
import { nestedDeeper } from '../../../operators/extract/nested-deeper.js';
import { platformName } from '../../../operators/extract/platform-name.js';
import { put } from '../../../operators/extract/put.js';
import { template } from '../../../operators/extract/template.js';
import { textOf } from '../../../operators/extract/text-of.js';
import { timestamp } from '../../../operators/extract/timestamp.js';
import type { Datapoint } from '../config/datapoint.js';
import type { DeviceInfo } from '../config/device-info.js';
import type { RestConverter } from '../config/mapping.js';

type Text = (body: Json) => string | undefined;

/** Levels of nesting in a value that leaves: SQLite and the platform's own parser give up at 1000. */
const DEEPEST = 900;

const text = (expression: string, source = 'request'): Text => {
  if (source === 'constant') return () => expression;
  const fill = template(expression);
  return (body) => {
    const found = fill(body);
    return found === undefined || found === null ? undefined : textOf(found);
  };
};

/** The data points of one section: one whose name or value is not there is left out. */
const section = (points: readonly Datapoint[]): ((body: Json) => Values) => {
  const compiled = points.map(({ key, value, type }) => ({
    name: text(key),
    find: template(value),
    convert: cast(type),
  }));
  return (body) => {
    const values: Record<string, Json> = {};
    for (const { name, find, convert } of compiled) {
      const [found, key] = [find(body), name(body)];
      if (found === undefined || found === null || key === undefined) continue;
      if (typeof found === 'object' && nestedDeeper(found, DEEPEST))
        throw new Error(`a value is nested deeper than ${DEEPEST} levels`);
      put(values, key, convert(found));
    }
    return values;
  };
};

/**
 * The json converter of one data object: names the device, picks the data points, and gives each the type that it is to have. The time is that of `tsField` of
 * the first data point, else `ts`, else `timestamp` of the data.
 *
 * Promises: throws an error with its reason where the data names no device, or holds none of the values that are asked for.
 */
export const jsonConverter = ({
  deviceInfo,
  attributes,
  timeseries,
}: RestConverter & { readonly deviceInfo: DeviceInfo }): ((body: Values, now: number) => Converted) => {
  const name = text(deviceInfo.deviceNameExpression, deviceInfo.deviceNameExpressionSource);
  const profile = text(deviceInfo.deviceProfileExpression, deviceInfo.deviceProfileExpressionSource);
  const time = timestamp(timeseries[0] ?? {});
  const attributesOf = section(attributes);
  const valuesOf = section(timeseries);
  return (body, now) => {
    const named = name(body);
    if (named === undefined) throw new Error(`it names no device (${deviceInfo.deviceNameExpression})`);
    const found = profile(body) ?? '';
    const values = valuesOf(body);
    const ts = time(body, now);
    const converted: Converted = {
      device: platformName(named, 'device'),
      profile: found === '' ? 'default' : platformName(found, 'profile'),
      telemetry: isEmpty(values) ? [] : [ts === undefined ? { values } : { ts, values }],
      attributes: attributesOf(body),
    };
    if (isEmpty(values) && isEmpty(converted.attributes))
      throw new Error('it holds none of the values that its mapping asks for');
    return converted;
  };
};
