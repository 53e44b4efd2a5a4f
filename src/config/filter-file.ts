import { resolve } from 'node:path';
import { filterList } from '../operators/filter-list.js';
import type { FilterList } from '../operators/filter-list.js';
import { ConfigInvalid } from './config-invalid.js';
import { decodeSafely } from './decode-safely.js';
import { readJson } from './read-json.js';

/**
 * Reads the file of the device filter; relative names start at the folder of the configuration. Throws {@link ConfigInvalid} with every mistake
 * in it: without its filter a gateway would let everyone pass.
 */
export const filterFile = (file: string, folder: string): FilterList => {
  const read = readJson(resolve(folder, file), file);
  if ('problem' in read) throw new ConfigInvalid([read.problem]);
  const { value, problems } = decodeSafely(filterList, read.value);
  if (value === undefined) throw new ConfigInvalid(problems.map((problem) => ({ ...problem, file })));
  return value;
};
