import { existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { synced } from './synced.js';

const isThere = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'EEXIST';

/**
 * Makes a folder and what is missing above it, with mode 0700, durably. Does nothing if it is there.
 *
 * Promises: it ends. Node's own recursive `mkdirSync` runs for ever where a file system takes no folders (`/proc`). Throws the
 * error of the file system if there is no such folder in the end.
 */
export const makeFolder = (folder: string): void => {
  const missing: string[] = [];
  for (let at = resolve(folder); !existsSync(at) && dirname(at) !== at; at = dirname(at)) missing.push(at);
  for (const one of missing.reverse()) {
    try {
      mkdirSync(one, { mode: 0o700 });
    } catch (error) {
      // Somebody else was faster, or something else stands there: that shows below.
      if (!isThere(error)) throw error;
    }
    synced(dirname(one));
  }
  if (!statSync(folder).isDirectory()) throw new Error(`there is a file of this name: ${folder}`);
};
