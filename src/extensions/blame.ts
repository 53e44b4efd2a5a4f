import { dirname, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Observable, Subject } from 'rxjs';
import { inNameOf, whoRuns } from './crossing.js';

/** Something was thrown where nobody waits for it: in a callback of a user's module. */
export interface Stray {
  readonly error: Error;
  /** The folder of the module. */
  readonly folder: string;
}

/** The folders whose modules have been loaded: whoever throws from a file in one of them is a user's own. */
export const ownFolders = new Set<string>();

/** It only hands on what others do. */
const PASSED_OVER = '/node_modules/rxjs/';

const strays = new Subject<Stray>();

/** The file that a line of a stack names; undefined of Node.js itself and of what was compiled from a text. */
const fileIn = (line: string): string | undefined => {
  const found = /(?:\(|at |async )((?:file:\/\/)?\/[^()]*?):\d+:\d+\)?$/.exec(line.trim())?.[1];
  if (found === undefined) return undefined;
  return found.startsWith('file://') ? fileURLToPath(found) : found;
};

/**
 * Says whose an error is that nobody has caught: the folder of the user's module from which it was thrown, judged by the first file in its stack; where that
 * names none, as of a socket without a listener for its errors, the folder in whose name it ran. Undefined if it is none of theirs.
 */
export const blame = (
  error: unknown,
  folders: ReadonlySet<string> = ownFolders,
  runner: string | undefined = whoRuns(),
): string | undefined => {
  if (!(error instanceof Error)) return undefined;
  const lines = (error.stack ?? '').split('\n').filter((line) => /^\s*at /.test(line));
  const first = lines.map(fileIn).find((file) => file !== undefined && !file.includes(PASSED_OVER));
  if (first === undefined) return runner !== undefined && folders.has(runner) ? runner : undefined;
  return [...folders].find((folder) => dirname(first) === folder || first.startsWith(folder + sep));
};

/** Tells the connectors of that folder that code of theirs has thrown where nobody waited. */
export const accuse = (error: Error, folder: string): void => inNameOf(undefined, () => strays.next({ error, folder }));

/** Errors with what code of the folder has thrown where nobody waited; emits and completes never. */
export const strayErrors = (folder: string): Observable<never> =>
  new Observable((subscriber) =>
    strays.subscribe((stray) => {
      if (stray.folder === folder) subscriber.error(stray.error);
    }),
  );
