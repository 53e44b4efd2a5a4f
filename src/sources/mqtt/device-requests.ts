import { placeholders } from '../../operators/extract/placeholders.js';
import { platformName } from '../../operators/extract/platform-name.js';
import { search } from '../../operators/extract/search.js';
import { template } from '../../operators/extract/template.js';
import { textOf } from '../../operators/extract/text-of.js';
import type { DeviceRequest } from './device-request.js';
import type { Inbound, Reader } from './reader.js';

type Find = (topic: string, message: Inbound) => string | undefined;

/** The whole match in the topic, where a converter would take the last group; else the message's own words. */
const found = (source: string, expression: string): Find => {
  if (source === 'topic') {
    const find = search(expression);
    return (topic) => find(topic)?.[0];
  }
  if (placeholders(expression).every((part) => typeof part === 'string')) return () => expression;
  const fill = template(expression, 'keep');
  return (_topic, { body }) => {
    const { json, value } = body();
    if (!json) throw new Error('the payload is not JSON');
    return textOf(fill(value) ?? expression);
  };
};

const nameOf = ({ deviceInfo: info }: DeviceRequest) => {
  const find = found(info.deviceNameExpressionSource, info.deviceNameExpression);
  return (topic: string, message: Inbound): string => {
    const name = find(topic, message);
    if (name === undefined) throw new Error('the topic names no device');
    return platformName(name, 'device');
  };
};

const profileOf = ({ deviceInfo: info }: DeviceRequest) => {
  const find = found(info.deviceProfileExpressionSource, info.deviceProfileExpression);
  return (topic: string, message: Inbound): string => {
    const profile = find(topic, message) ?? info.deviceProfileExpression;
    return profile === '' ? 'default' : platformName(profile, 'profile');
  };
};

/**
 * Compiles a connect or disconnect request: its messages say that a device is there, or has gone. A placeholder that finds nothing stays as text,
 * as in a converter.
 */
export const deviceRequests = (
  kind: 'connected' | 'disconnected',
  request: DeviceRequest,
): ((topic: string) => Reader) => {
  const name = nameOf(request);
  const profile = profileOf(request);
  return (topic) => (message) => {
    const device = name(topic, message);
    return [kind === 'connected' ? { kind, device, profile: profile(topic, message) } : { kind, device }];
  };
};
