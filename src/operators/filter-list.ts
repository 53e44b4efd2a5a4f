import * as t from 'io-ts';
import { defaulted, section } from '../model/codec.js';
import type { SectionOf } from '../model/codec.js';
import { dictionary } from '../model/dictionary.js';
import { regexText } from './extract/regex-text.js';

const byConnector = dictionary(
  'lists of expressions by connector',
  t.readonlyArray(regexText, 'a list of regular expressions'),
);
const nobody: ReadonlyMap<string, readonly string[]> = new Map();

const fields = {
  deny: defaulted(byConnector, nobody, 'By connector: devices that are kept out. Wins over `allow`.'),
  allow: defaulted(
    byConnector,
    nobody,
    'By connector: the only devices that may pass. A connector without a list lets all pass.',
  ),
};

/** The file that `deviceFiltering.filterFile` names: expressions that match a device's whole name (core.md §9). */
export const filterList = section('a device filter: {"deny", "allow"}', fields);

export type FilterList = SectionOf<typeof fields>;
