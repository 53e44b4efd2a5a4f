import { join, resolve } from 'node:path';
import { member } from './member.js';
import { MOST_CONNECTORS } from './most-connectors.js';
import { readJson } from './read-json.js';
import { referredFiles } from './referred-files.js';

const FILE = 'tb_gateway.json';

/**
 * The files whose change may change a connector, as absolute paths: the main file first, then the connectors' own files and what these refer to. `before` is what
 * was said the last time: it stays while the main file cannot be read.
 *
 * Promises: never throws. A file that is named counts, whether it is there or not.
 */
export const watchedFiles = (folder: string, before: readonly string[] = []): readonly string[] => {
  const main = resolve(join(folder, FILE));
  const read = readJson(main, FILE);
  if ('problem' in read) return [...new Set([main, ...before])];
  const list = member(read.value, 'connectors');
  const own = (Array.isArray(list) ? list.slice(0, MOST_CONNECTORS) : []).flatMap((entry: unknown) => {
    const name = member(entry, 'configuration');
    return typeof name === 'string' && name !== '' && !name.includes('\0') ? [resolve(folder, name)] : [];
  });
  const referred = [...new Set(own)].flatMap((path) => {
    const content = readJson(path, path);
    return 'problem' in content ? [] : referredFiles(content.value, folder);
  });
  return [...new Set([main, ...own, ...referred])];
};
