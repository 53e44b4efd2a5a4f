import { search } from '../../../operators/extract/search.js';
import { textOf } from '../../../operators/extract/text-of.js';
import { valuesOf } from '../../../operators/extract/values-of.js';
import type { AttributeRequestRule } from '../config/attribute-request.js';
import { deviceName } from './device-name.js';
import type { Inbound, Reader } from '../uplink/reader.js';

const keysOf = ({
  attributeNameExpressionSource: source,
  attributeNameExpression: expression,
}: AttributeRequestRule) => {
  if (source === 'topic') {
    const find = search(expression);
    return (topic: string): readonly string[] => {
      const match = find(topic);
      return match ? [match[0]] : [];
    };
  }
  const values = valuesOf(expression);
  return (_topic: string, { body }: Inbound): readonly string[] =>
    values(body().value).flatMap((value) => (value === null ? [] : [textOf(value)]));
};

/** Compiles an attribute request: its messages ask for the attributes whose names they hold. One that names none throws; a profile is no duty. */
export const attributeRequests = (rule: AttributeRequestRule): ((topic: string) => Reader) => {
  const { nameOf, saidProfileOf } = deviceName(rule.deviceInfo);
  const named = keysOf(rule);
  return (topic) => (message) => {
    const device = nameOf(topic, message);
    const keys = [...new Set(named(topic, message))].filter((key) => key !== '');
    if (keys.length === 0) throw new Error('the request names no attribute');
    const profile = saidProfileOf(topic, message);
    const said = profile === undefined ? {} : { profile };
    return [{ kind: 'attributeRequest', device, scope: rule.scope, keys, rule, ...said }];
  };
};
