import * as t from 'io-ts';
import { isExtensionName } from '../../../extensions/extension-file.js';
import { optional, refine } from '../../../model/codec.js';

/** The keys of a rule whose payload a user's own converter makes. */
export const extensionFields = {
  extension: optional(
    refine(t.string, isExtensionName, 'the name of a file in extensions/mqtt, without its ending'),
    'Name of a custom converter, as in a mapping: its `down` makes the payload. It wins over `valueExpression`.',
  ),
  extensionConfig: optional(t.UnknownRecord, 'Given to the custom converter.'),
};
