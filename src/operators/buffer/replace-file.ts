import { closeSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { synced } from './synced.js';

/**
 * Writes a file beside the one of that name, and puts it in its place. `mode`: who may read it; default its owner only.
 *
 * Promises: when it returns, text and name are on disk; a crash before, a power cut too, leaves the old file or the new one, each whole. Throws what the
 * file system says, and then leaves nothing beside it.
 */
export const replaceFile = (path: string, text: string, mode = 0o600): void => {
  const beside = `${path}.new`;
  try {
    // What a crash has left there may have another mode, or be a link to somewhere else.
    rmSync(beside, { force: true });
    const handle = openSync(beside, 'wx', mode);
    try {
      writeFileSync(handle, text);
    } finally {
      closeSync(handle);
    }
    synced(beside);
    renameSync(beside, path);
    synced(dirname(path));
  } finally {
    rmSync(beside, { force: true });
  }
};
