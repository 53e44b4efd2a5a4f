import { closeSync, existsSync, fsyncSync, openSync, rmSync, statSync, statfsSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

/** A little disk space that is kept back, so that a queue on a full disk can still shrink. */
export interface Reserve {
  /** In bytes. */
  readonly size: number;
  /** Gives the space to the file system. False if that was done already. */
  readonly release: () => boolean;
  readonly released: () => boolean;
  /** Takes it again. False if there is no room for it. */
  readonly restore: () => boolean;
}

const ZEROS = Buffer.alloc(64 * 1024);

/** Keeps the space as a file of zeros of that size, in bytes. A disk too full for it is no error: then there is no reserve. */
export const reserve = (file: string, size: number): Reserve => {
  let held = existsSync(file) && statSync(file).size === size;
  const release = (): boolean => {
    const released = held;
    held = false;
    rmSync(file, { force: true });
    return released;
  };
  const restore = (): boolean => {
    if (held) return true;
    try {
      // Somebody tries every second while the disk is full: that must not wear it out.
      const { bsize, bavail } = statfsSync(dirname(file));
      if (bsize * bavail < size) return false;
      const handle = openSync(file, 'w', 0o600);
      try {
        for (let written = 0; written < size;) {
          const wrote = writeSync(handle, ZEROS, 0, Math.min(ZEROS.length, size - written));
          if (wrote === 0) throw new Error('the disk is full');
          written += wrote;
        }
        fsyncSync(handle);
        held = true;
      } finally {
        closeSync(handle);
      }
    } catch {
      release();
    }
    return held;
  };
  restore();
  return { size, release, released: () => !held, restore };
};
