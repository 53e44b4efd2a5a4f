import { closeSync, existsSync, openSync, readSync } from 'node:fs';

const SIZE = 32;
/** The last bit says in which byte order the checksums are. */
const MAGIC = 0x377f0682;

/** SQLite's own sum over pairs of words: https://www.sqlite.org/fileformat2.html#checksum_algorithm */
const isSound = (header: Buffer): boolean => {
  const magic = header.readUInt32BE(0);
  if (((magic ^ MAGIC) & ~1) !== 0) return false;
  const word = (at: number): number => (magic & 1 ? header.readUInt32BE(at) : header.readUInt32LE(at));
  let [a, b] = [0, 0];
  for (let at = 0; at < 24; at += 8) {
    a = (a + word(at) + b) >>> 0;
    b = (b + word(at + 4) + a) >>> 0;
  }
  return a === header.readUInt32BE(24) && b === header.readUInt32BE(28);
};

/**
 * Whether SQLite will make something of a log file. It passes over a log with a broken head without a word, and with it over what was
 * committed there.
 *
 * Promises: absent, short and zeroed ones are sound, for nothing was ever committed there; so is a log that ends in old or torn frames, which
 * every crash leaves.
 */
export const logHeaderIsSound = (log: string): boolean => {
  if (!existsSync(log)) return true;
  const header = Buffer.alloc(SIZE);
  const handle = openSync(log, 'r');
  try {
    return readSync(handle, header, 0, SIZE, 0) < SIZE || header.every((byte) => byte === 0) || isSound(header);
  } finally {
    closeSync(handle);
  }
};
