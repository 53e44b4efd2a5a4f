import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { reasonOf } from '../model/errors.js';

/** No file of a configuration is larger. */
const LARGEST = 16 * 1024 * 1024;

/** What a file was like, for the next look to be a short one. */
export interface FilePrint {
  /** Says that nobody has written to the file, without reading it. */
  readonly stamp: string;
  /** The same for the same content. */
  readonly print: string;
}

/**
 * What a file is like now. `before` is what the last look said: while size, inode and times are the same, the file is not read.
 *
 * Promises: never throws; a file that is absent or cannot be read has a print of its own.
 */
export const filePrint = (path: string, before?: FilePrint): FilePrint => {
  try {
    const stat = statSync(path, { bigint: true });
    const stamp = [stat.size, stat.dev, stat.ino, stat.mtimeNs, stat.ctimeNs].join(' ');
    if (stamp === before?.stamp) return before;
    if (!stat.isFile()) return { stamp, print: 'no file' };
    if (stat.size > LARGEST) return { stamp, print: stamp };
    return { stamp, print: createHash('sha256').update(readFileSync(path)).digest('base64') };
  } catch (error) {
    const why = error instanceof Error && 'code' in error ? String(error.code) : reasonOf(error);
    return { stamp: why, print: why };
  }
};
