import { createHash } from 'node:crypto';
import { realpathSync, statSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { filePrint } from '../config/file-print.js';
import type { FilePrint } from '../config/file-print.js';
import { watchedFiles } from '../config/watched-files.js';

/** A folder in which something may happen to a watched file. */
export interface Folder {
  readonly path: string;
  /** Another one where the folder was removed and made again. */
  readonly id: string;
  /** The names in it that matter. */
  readonly names: readonly string[];
}

/** What one look at the files of a configuration shows. */
export interface Sight {
  /** The same for the same files with the same content. */
  readonly print: string;
  readonly folders: readonly Folder[];
}

const idOf = (path: string): string | undefined => {
  try {
    const stat = statSync(path, { bigint: true });
    // The number of a folder that was removed is soon given to another.
    return stat.isDirectory() ? `${stat.dev} ${stat.ino} ${stat.birthtimeNs}` : undefined;
  } catch {
    return undefined;
  }
};

/** Where a path leads in the end; undefined if it leads nowhere. */
const realPath = (path: string): string | undefined => {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
};

/** The folders of the files, and of what links in their place point to. For a folder that is absent, the nearest above it, which will see it come. */
const foldersOf = (files: readonly string[]): readonly Folder[] => {
  const names = new Map<string, Set<string>>();
  const ids = new Map<string, string | undefined>();
  const add = (path: string): void => {
    const [folder, name] = [dirname(path), basename(path)];
    if (!ids.has(folder)) ids.set(folder, idOf(folder));
    if (ids.get(folder) === undefined && folder !== path) add(folder);
    else names.set(folder, (names.get(folder) ?? new Set()).add(name));
  };
  for (const file of files) {
    add(file);
    const real = realPath(file);
    if (real !== undefined && real !== file) add(real);
  }
  return [...names].map(([path, own]) => ({ path, id: ids.get(path) ?? '', names: [...own] }));
};

/**
 * Makes a function that looks at the files of a configuration folder.
 *
 * Promises: never throws. A look reads only files that somebody has written to since the last one; a file that a new content names is looked at from then on.
 */
export const glance = (folder: string): (() => Sight) => {
  let files = watchedFiles(folder);
  let known = new Map<string, FilePrint>();
  let latest: string | undefined;
  const look = (): string => {
    known = new Map(files.map((path) => [path, filePrint(path, known.get(path))]));
    const hash = createHash('sha256');
    for (const [path, { print }] of known) hash.update(`${path}\0${print}\0`);
    return hash.digest('base64');
  };
  return () => {
    let print = look();
    if (print !== latest) {
      files = watchedFiles(folder, files);
      print = look();
      latest = print;
    }
    return { print, folders: foldersOf(files) };
  };
};
