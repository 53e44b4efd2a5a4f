import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { synced } from './synced.js';

/** What is to be done about a damaged file, written down: a salvage that was interrupted goes on at the next start. */
export interface SalvageOrder {
  /** Where the damaged file is to stand, if it was found damaged. */
  readonly given: () => string | undefined;
  /** Writes the order, durably. Nothing is moved yet. */
  readonly give: (now: number) => string;
  /** Moves the damaged file there, unless that was done already. */
  readonly setAside: (aside: string) => void;
  /** Everything readable is in the new file. */
  readonly done: () => void;
}

/** The order for one storage file; it stands beside it as `tributary.salvage`. */
export const salvageOrder = (file: string): SalvageOrder => {
  const folder = dirname(file);
  const note = join(folder, 'tributary.salvage');
  return {
    given: () => {
      const aside = existsSync(note) ? basename(readFileSync(note, 'utf8').trim()) : '';
      // On a full disk the order itself may have been cut off.
      return aside.endsWith('.db') ? join(folder, aside) : undefined;
    },
    give: (now) => {
      const aside = file.replace(/\.db$/, `.damaged-${new Date(now).toISOString().replace(/[:.]/g, '-')}.db`);
      writeFileSync(note, basename(aside), { mode: 0o600 });
      synced(note);
      synced(folder);
      return aside;
    },
    setAside: (aside) => {
      if (existsSync(aside)) return;
      // The log first: a new file must never meet the log of the old one.
      if (existsSync(`${file}-wal`)) renameSync(`${file}-wal`, `${aside}-wal`);
      renameSync(file, aside);
      rmSync(`${file}-shm`, { force: true });
      synced(folder);
    },
    done: () => {
      rmSync(note, { force: true });
      // Back after a power cut it would bring back what has been delivered since.
      synced(folder);
    },
  };
};
