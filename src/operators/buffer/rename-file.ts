import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Log } from '../../model/component.js';
import { reasonOf } from '../../model/errors.js';
import type { Renamed } from '../rename-devices.js';
import { replaceFile } from './replace-file.js';

const FILE = 'renamed-devices.json';

/** The names that the platform has given to devices, kept over restarts. */
export interface RenameFile {
  /** Undefined if nothing was ever written. */
  readonly load: () => readonly Renamed[] | undefined;
  readonly save: (all: readonly Renamed[]) => void;
}

const isRenamed = (pair: unknown): pair is Renamed =>
  Array.isArray(pair) && pair.length === 2 && pair.every((name) => typeof name === 'string' && name !== '');

/**
 * Keeps them in `renamed-devices.json` of the data folder: a list of pairs, own name and name on the platform.
 *
 * Promises: never throws. What `save` has returned from is on disk, all of it or what was there before; what cannot be written or read is said in
 * the log, and counts until the end of this run.
 */
export const renameFile = (folder: string, log: Log): RenameFile => {
  const file = join(folder, FILE);
  return {
    load: () => {
      if (!existsSync(file)) return undefined;
      try {
        const found: unknown = JSON.parse(readFileSync(file, 'utf8'));
        if (Array.isArray(found)) return found.filter(isRenamed);
        throw new Error('it holds no list');
      } catch (error) {
        log.error('the names that the platform has given to devices cannot be read', { file, reason: reasonOf(error) });
        return [];
      }
    },
    save: (all) => {
      try {
        replaceFile(file, JSON.stringify(all));
      } catch (error) {
        log.error('the names that the platform has given to devices cannot be kept; a restart forgets them', {
          file,
          reason: reasonOf(error),
        });
      }
    },
  };
};
