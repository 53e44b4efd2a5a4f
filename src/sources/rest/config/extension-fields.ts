import * as t from 'io-ts';
import { isExtensionName } from '../../../extensions/extension-file.js';
import { optional, refine } from '../../../model/codec.js';

/** What names a custom converter in a rule. */
export const extensionFields = {
  extension: optional(
    refine(t.string, isExtensionName, 'the name of a file in extensions/rest, without its ending'),
    'Name of a custom converter, as in a mapping: its `down` makes the request. It wins over `valueExpression`.',
  ),
  extensionConfig: optional(t.UnknownRecord, 'Given to the custom converter.'),
};
