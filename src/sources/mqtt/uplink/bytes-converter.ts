import type { Json, Values } from '../../../model/message.js';
import { byteSlices } from '../../../operators/extract/byte-slices.js';
import { cast } from '../../../operators/extract/cast.js';
import { platformName } from '../../../operators/extract/platform-name.js';
import { put } from '../../../operators/extract/put.js';
import { topicRegex } from '../../../operators/extract/topic-regex.js';
import type { Datapoint } from '../config/mapping.js';
import type { Usable } from './mappings.js';
import type { Reader } from './reader.js';

type Slices = (payload: Buffer) => string;

const text = (fromTopic: boolean, expression: string, hex = false): ((topic: string) => Slices) => {
  if (!fromTopic) {
    const fill = byteSlices(expression, hex);
    return () => fill;
  }
  const search = topicRegex(expression);
  return (topic) => {
    const found = search(topic);
    return () => found;
  };
};

const section = (list: readonly (Datapoint | '*')[]) => {
  const points = list
    .filter((item) => item !== '*')
    .map(({ key, keySource, value, hexMode, type }) => ({
      name: text(keySource === 'topic', key, hexMode),
      read: byteSlices(value, hexMode),
      convert: cast(type ?? 'raw'),
    }));
  return (topic: string) => {
    const opened = points.map(({ name, read, convert }) => ({ nameOf: name(topic), read, convert }));
    return (payload: Buffer): Values => {
      const values: Record<string, Json> = {};
      for (const { nameOf, read, convert } of opened) put(values, nameOf(payload), convert(read(payload)));
      return values;
    };
  };
};

/**
 * The bytes converter: names, keys and values are texts in which `[a:b]` stands for bytes of the payload.
 *
 * Telemetry carries no time of its own. Names of the source `topic` are regular expressions on the topic; of any other source they
 * are slices. `*` is left out, for bytes have no keys.
 */
export const bytesConverter = ({ converter }: Usable): ((topic: string) => Reader) => {
  const { deviceInfo: info, attributes, timeseries } = converter;
  const name = text(info.deviceNameExpressionSource === 'topic', info.deviceNameExpression);
  const profile = text(info.deviceProfileExpressionSource === 'topic', info.deviceProfileExpression);
  const attributesOf = section(attributes);
  const valuesOf = section(timeseries);
  return (topic) => {
    const nameOf = name(topic);
    const profileIn = profile(topic);
    const profileOf = (payload: Buffer): string => {
      const found = profileIn(payload);
      return found === '' ? 'default' : platformName(found, 'profile');
    };
    const attributesIn = attributesOf(topic);
    const valuesIn = valuesOf(topic);
    return ({ payload }) => {
      const values = valuesIn(payload);
      return [
        {
          device: platformName(nameOf(payload), 'device'),
          profile: profileOf(payload),
          telemetry: Object.keys(values).length === 0 ? [] : [{ values }],
          attributes: attributesIn(payload),
        },
      ];
    };
  };
};
