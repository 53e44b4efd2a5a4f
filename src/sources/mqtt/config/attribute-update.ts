import * as t from 'io-ts';
import { required, section } from '../../../model/codec.js';
import { regexText } from '../../../operators/extract/regex-text.js';
import { publicationFields } from './publication-fields.js';

/** What is published when shared attributes change. */
export const attributeUpdate = section(
  'an attribute update: {"deviceNameFilter", "attributeFilter", "topicExpression", "valueExpression"}',
  {
    deviceNameFilter: required(regexText, 'The devices: a regular expression that the name begins with.'),
    attributeFilter: required(regexText, 'The attributes: a regular expression that the name begins with.'),
    topicExpression: required(
      t.string,
      'The topic: a text with the placeholders `${deviceName}`, `${attributeKey}` and `${attributeValue}`.',
    ),
    ...publicationFields,
    valueExpression: required(
      t.string,
      'The payload: a text with the same placeholders. A text stands in it without quotes.',
    ),
  },
);

export type AttributeUpdateRule = t.TypeOf<typeof attributeUpdate>;
