import { filterList } from '../operators/filter-list.js';
import type { FilterList } from '../operators/filter-list.js';
import { decodeFile } from './decode-file.js';

/**
 * Reads the file of the device filter; relative names start at the folder of the configuration. Throws a `ConfigInvalid` with every mistake
 * in it: without its filter a gateway would let everyone pass.
 */
export const filterFile = (file: string, folder: string): FilterList => decodeFile(filterList, file, folder);
