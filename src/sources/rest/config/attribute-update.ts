import type * as t from 'io-ts';
import { required, section } from '../../../model/codec.js';
import { regexText } from '../../../operators/extract/regex-text.js';
import { extensionFields } from './extension-fields.js';
import { outgoingFields } from './outgoing-fields.js';

/** The HTTP request that tells a device of a shared attribute. */
export const attributeUpdate = section(
  'an attribute update: {"deviceNameFilter", "attributeFilter", "requestUrlExpression", …}',
  {
    deviceNameFilter: required(regexText, 'The devices: a regular expression for the whole name.'),
    attributeFilter: required(regexText, 'The attributes: a regular expression for the whole name.'),
    ...outgoingFields,
    ...extensionFields,
  },
);

export type AttributeUpdateRule = t.TypeOf<typeof attributeUpdate>;
