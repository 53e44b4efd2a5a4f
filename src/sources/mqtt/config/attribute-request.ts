import * as t from 'io-ts';
import { checked } from '../../../model/checked.js';
import { defaulted, optional, required, section } from '../../../model/codec.js';
import { olderKeys } from '../../../model/older-keys.js';
import { deviceInfo } from './device-info.js';
import { expressionMistake } from '../../../operators/extract/expression-mistake.js';
import { olderDeviceKeys } from './older-device-keys.js';
import { publicationFields } from './publication-fields.js';
import { subscriptionFields } from './subscription-fields.js';

/** Topics by which devices ask for attributes, and where the answers go. */
export const attributeRequest = olderKeys(
  checked(
    section('an attribute request: {"topicFilter", "deviceInfo", "attributeNameExpression", "topicExpression", …}', {
      ...subscriptionFields,
      deviceInfo: required(
        deviceInfo,
        'Which device it is. The profile counts where the device has said nothing yet; `default` stands for none.',
      ),
      attributeNameExpressionSource: defaulted(
        t.keyof({ message: null, topic: null, constant: null }),
        'message',
        'Where the attribute’s name comes from: the message, the topic or the configuration.',
      ),
      attributeNameExpression: required(
        t.string,
        'The attribute’s name: `${path}` placeholders, each of which gives one name, or a constant; of a topic, a regular expression.',
      ),
      scope: defaulted(t.keyof({ shared: null, client: null }), 'shared', 'Whose attributes they are.'),
      topicExpression: required(
        t.string,
        'Topic of the answer: a text with the placeholders `${deviceName}` and `${attributeKey}`.',
      ),
      ...publicationFields,
      valueExpression: required(
        t.string,
        'Payload of the answer, where one attribute was asked for: a text with `${deviceName}`, `${attributeKey}` and `${attributeValue}` (as JSON). Of several it is the object of their values.',
      ),
    }),
    ({ attributeNameExpressionSource: from, attributeNameExpression: expression }) => {
      const expected = expressionMistake(from, expression);
      return expected === undefined ? [] : [{ key: 'attributeNameExpression', expected }];
    },
  ),
  {
    ...olderDeviceKeys,
    attributeNameJsonExpression: optional(t.string, 'Older form of `attributeNameExpression`, from the message.'),
    attributeNameTopicExpression: optional(t.string, 'Older form of `attributeNameExpression`, from the topic.'),
  },
);

export type AttributeRequestRule = t.TypeOf<typeof attributeRequest>;
