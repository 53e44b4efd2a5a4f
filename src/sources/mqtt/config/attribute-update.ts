import * as t from 'io-ts';
import { optional, required, section } from '../../../model/codec.js';
import { regexText } from '../../../operators/extract/regex-text.js';
import { orExtension } from './or-extension.js';
import { extensionFields } from './extension-fields.js';
import { publicationFields } from './publication-fields.js';

/** What is published when shared attributes change. */
export const attributeUpdate = orExtension(
  section('an attribute update: {"deviceNameFilter", "attributeFilter", "topicExpression", "valueExpression"}', {
    deviceNameFilter: required(regexText, 'The devices: a regular expression that the name begins with.'),
    attributeFilter: required(regexText, 'The attributes: a regular expression that the name begins with.'),
    topicExpression: required(
      t.string,
      'The topic: a text with the placeholders `${deviceName}`, `${attributeKey}` and `${attributeValue}`.',
    ),
    ...publicationFields,
    valueExpression: optional(
      t.string,
      'The payload: a text with the same placeholders. A text stands in it without quotes. Needed unless there is an `extension`.',
    ),
    ...extensionFields,
  }),
);

export type AttributeUpdateRule = t.TypeOf<typeof attributeUpdate>;
