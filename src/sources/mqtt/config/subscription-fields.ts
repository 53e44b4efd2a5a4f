import * as t from 'io-ts';
import { defaulted, refine, required } from '../../../model/codec.js';
import { topicFilter } from '../../../operators/extract/topic-filter.js';
import { qos } from './qos.js';

const isFilter = (text: string): boolean => {
  try {
    topicFilter(text);
    return true;
  } catch {
    return false;
  }
};

/** The keys of everything that is subscribed to. */
export const subscriptionFields = {
  topicFilter: required(
    refine(t.string, isFilter, 'an MQTT topic filter'),
    'The topics: an MQTT filter with `+` and `#`.',
  ),
  subscriptionQos: defaulted(qos, 1, 'Quality of service of the subscription.'),
};
