import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { FatalError, reasonOf } from '../../model/errors.js';
import { replaceFile } from '../../operators/buffer/replace-file.js';
import { synced } from '../../operators/buffer/synced.js';
import { credentialsNames } from './credentials-names.js';

const NAME = credentialsNames.stored;
const LARGEST = 64 * 1024;

/** Where credentials are kept that the platform gave. */
export interface CredentialsFile {
  /** What is stored, as text; undefined if nothing is. */
  readonly read: () => { readonly folder: string; readonly text: string } | undefined;
  /** The folder that can be written to. Throws a FatalError if none can. */
  readonly place: () => string;
  /** Puts a file there, or replaces it. */
  readonly write: (folder: string, name: string, text: string) => void;
  /** Removes what is stored, from each of the folders; false if there was nothing. */
  readonly remove: () => boolean;
}

const write = (folder: string, name: string, text: string): void => {
  replaceFile(join(folder, name), text);
};

/**
 * The file `.credentials`, in the first of these folders that has it or that can be written to.
 *
 * `remove` takes the key and the certificate with it, and what it removed stays removed after a crash.
 *
 * Promises: what was written is on disk, name and all, when `write` returns, and readable by its owner only; a crash leaves the old file or
 * the new one. `place` has written to the folder before it names it, so that an answer which comes only once finds its place.
 */
export const credentialsFile = (folders: readonly string[]): CredentialsFile => ({
  read: () => {
    const folder = folders.find((one) => existsSync(join(one, NAME)));
    if (folder === undefined) return undefined;
    try {
      const text = readFileSync(join(folder, NAME), 'utf8');
      if (text.length <= LARGEST) return { folder, text };
    } catch (error) {
      throw new FatalError('CONFIG_INVALID', `cannot read the stored credentials: ${reasonOf(error)}`);
    }
    throw new FatalError('CONFIG_INVALID', `${join(folder, NAME)} is too large to hold credentials`);
  },
  place: () => {
    const reasons: string[] = [];
    for (const folder of folders) {
      const trial = `${NAME}.trial`;
      try {
        mkdirSync(folder, { recursive: true, mode: 0o700 });
        write(folder, trial, '');
        rmSync(join(folder, trial), { force: true });
        return folder;
      } catch (error) {
        reasons.push(reasonOf(error));
      }
    }
    throw new FatalError(
      'CONFIG_INVALID',
      `there is no folder to store the platform's credentials in, and without one none are asked for: ${reasons.join('; ')}`,
    );
  },
  write,
  remove: () => {
    const found = folders.filter((folder) => existsSync(join(folder, NAME)));
    for (const folder of found) {
      // First what names the others: a certificate without its key would be tried for ever.
      for (const name of [NAME, credentialsNames.key, credentialsNames.cert])
        rmSync(join(folder, name), { force: true });
      synced(folder);
    }
    return found.length > 0;
  },
});
