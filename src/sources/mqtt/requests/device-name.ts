import { placeholders } from '../../../operators/extract/placeholders.js';
import { platformName } from '../../../operators/extract/platform-name.js';
import { search } from '../../../operators/extract/search.js';
import { template } from '../../../operators/extract/template.js';
import { textOf } from '../../../operators/extract/text-of.js';
import type { DeviceInfo } from '../config/device-info.js';
import type { Inbound } from '../uplink/reader.js';

/** What a request says of its device: throws where there is no name. */
export interface Named {
  readonly nameOf: (topic: string, message: Inbound) => string;
  readonly profileOf: (topic: string, message: Inbound) => string;
  /** The profile, where the request says one that can be; `default` says none. Never throws. */
  readonly saidProfileOf: (topic: string, message: Inbound) => string | undefined;
}

type Find = (topic: string, message: Inbound) => string | undefined;

/** The whole match in the topic, where a converter would take the last group; else the message's own words. */
const found = (source: string, expression: string, missing: 'keep' | 'drop' = 'keep'): Find => {
  if (source === 'topic') {
    const find = search(expression);
    return (topic) => find(topic)?.[0];
  }
  if (placeholders(expression).every((part) => typeof part === 'string')) return () => expression;
  const fill = template(expression, missing);
  return (_topic, { body }) => {
    const { json, value } = body();
    if (!json) throw new Error('the payload is not JSON');
    const text = fill(value);
    return text === undefined ? undefined : textOf(text);
  };
};

/** Compiles how a request names its device. A placeholder that finds nothing stays as text, as in a converter. */
export const deviceName = (info: DeviceInfo): Named => {
  const findName = found(info.deviceNameExpressionSource, info.deviceNameExpression);
  const findProfile = found(info.deviceProfileExpressionSource, info.deviceProfileExpression);
  const findSaid = found(info.deviceProfileExpressionSource, info.deviceProfileExpression, 'drop');
  return {
    nameOf: (topic, message) => {
      const name = findName(topic, message);
      if (name === undefined) throw new Error('the topic names no device');
      return platformName(name, 'device');
    },
    profileOf: (topic, message) => {
      const profile = findProfile(topic, message) ?? info.deviceProfileExpression;
      return profile === '' ? 'default' : platformName(profile, 'profile');
    },
    saidProfileOf: (topic, message) => {
      try {
        const profile = findSaid(topic, message);
        return profile === undefined || profile === 'default' ? undefined : platformName(profile, 'profile');
      } catch {
        return undefined;
      }
    },
  };
};
