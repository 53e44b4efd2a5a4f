import { closeSync, fsyncSync, openSync, rmSync, writeSync } from 'node:fs';

/** A little disk space that is kept back, so that a queue on a full disk can still shrink. */
export interface Reserve {
  /** Gives the space to the file system. False if that was done already. */
  readonly release: () => boolean;
  readonly released: () => boolean;
  /** Takes it again, if there is room. */
  readonly restore: () => void;
}

/** How much is kept back, in bytes: room for SQLite's log of some hundred removals. */
const SIZE = 512 * 1024;

/** Keeps the space as a file of zeros. A disk too full for it is no error: then there is no reserve. */
export const reserve = (file: string): Reserve => {
  let held = false;
  const release = (): boolean => {
    if (!held) return false;
    held = false;
    rmSync(file, { force: true });
    return true;
  };
  const restore = (): void => {
    if (held) return;
    try {
      const handle = openSync(file, 'w', 0o600);
      try {
        held = true;
        if (writeSync(handle, Buffer.alloc(SIZE)) < SIZE) throw new Error('the disk is full');
        fsyncSync(handle);
      } finally {
        closeSync(handle);
      }
    } catch {
      release();
    }
  };
  restore();
  return { release, released: () => !held, restore };
};
