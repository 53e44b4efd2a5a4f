import { closeSync, openSync, writeSync } from 'node:fs';

/** Writes bytes into the middle of a file. */
export const overwrite = (file: string, at: number, bytes: Buffer): void => {
  const handle = openSync(file, 'r+');
  try {
    writeSync(handle, bytes, 0, bytes.length, at);
  } finally {
    closeSync(handle);
  }
};
