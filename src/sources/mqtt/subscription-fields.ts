import * as t from 'io-ts';
import { defaulted, refine, required } from '../../model/codec.js';
import { topicFilter } from '../../operators/extract/topic-filter.js';

const isFilter = (text: string): boolean => {
  try {
    topicFilter(text);
    return true;
  } catch {
    return false;
  }
};

type Qos = 0 | 1 | 2;

const isQos = (input: unknown): input is Qos => input === 0 || input === 1 || input === 2;
const qos = new t.Type<Qos, unknown>(
  'a QoS (0, 1 or 2)',
  isQos,
  (input, context) => (isQos(input) ? t.success(input) : t.failure(input, context)),
  t.identity,
);

/** The keys of everything that is subscribed to. */
export const subscriptionFields = {
  topicFilter: required(
    refine(t.string, isFilter, 'an MQTT topic filter'),
    'The topics: an MQTT filter with `+` and `#`.',
  ),
  subscriptionQos: defaulted(qos, 1, 'Quality of service of the subscription.'),
};
