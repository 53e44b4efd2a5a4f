import { realpathSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  asyncScheduler,
  catchError,
  concatMap,
  defaultIfEmpty,
  defer,
  from,
  map,
  of,
  tap,
  throwError,
  timeout,
} from 'rxjs';
import type { Observable, SchedulerLike } from 'rxjs';
import { reasonOf } from '../model/errors.js';
import { ownFolders } from './blame.js';
import { inNameOf } from './crossing.js';
import { extensionFile } from './extension-file.js';
import { inTurn } from './in-turn.js';
import { registerOwnCopies } from './own-copies.js';
import { trial } from './trial.js';

/** Milliseconds that a module may take to load, on trial and again. */
const PATIENCE = 10_000;

/** For so many milliseconds a module that has failed on trial is not tried again: a start asks for it twice. */
const REST = 60_000;

interface Tried {
  /** The time of the file's last change. */
  readonly changed: string;
  /** Absent: it has loaded. */
  readonly failure?: { readonly error: unknown; readonly at: number };
}

/** How modules have fared on trial, by their file. */
const tried = new Map<string, Tried>();

/** A module of a user's own. */
export interface LoadedModule {
  /** Its default export, else all that it exports. */
  readonly exported: unknown;
  readonly file: string;
}

const member = (value: unknown, key: string): unknown =>
  (typeof value === 'object' && value !== null) || typeof value === 'function' ? Reflect.get(value, key) : undefined;

/** Compilers to CommonJS put the default export one level deeper. */
const defaultOf = (module: unknown): unknown => {
  const given = member(module, 'default') ?? module;
  return typeof given === 'function' ? given : (member(given, 'default') ?? given);
};

const patient = <T>(loading: Observable<T>, scheduler: SchedulerLike): Observable<T> =>
  loading.pipe(
    timeout({
      first: PATIENCE,
      scheduler,
      with: () => throwError(() => new Error(`it has not loaded within ${PATIENCE / 1_000} s: a loop, or a wait`)),
    }),
  );

/** One thread at a time: many would take each other's time on a small machine, and one that loops that of all. */
const oneByOne = inTurn();

/** Loading in this thread cannot be stopped, so what cannot be loaded at all is found out in another one, once for each change of the file. */
const onTrial = (file: string, url: string, scheduler: SchedulerLike): Observable<void> =>
  defer(() => {
    const changed = String(statSync(file).mtimeMs);
    const before = tried.get(file);
    if (before?.changed === changed) {
      if (before.failure === undefined) return of(undefined);
      if (scheduler.now() - before.failure.at < REST) throw before.failure.error;
    }
    return patient(trial(url), scheduler).pipe(
      tap({
        next: () => tried.set(file, { changed }),
        error: (error: unknown) => tried.set(file, { changed, failure: { error, at: scheduler.now() } }),
      }),
    );
  });

/**
 * Loads the module of a user's own that stands for `name` in the folder of a connector's type, as {@link extensionFile} finds it.
 *
 * Promises: emits once, an error with the reason among it: the file is nowhere, the module throws, loops, waits or ends the process while it loads (10 s are
 * the most it may take). Nothing but files of the two folders is loaded, or what an operator has linked there, and what these import. A file that has changed
 * since is loaded as it was: that takes a new process.
 */
export const loadModule = (
  type: string,
  name: string,
  folder: string,
  scheduler: SchedulerLike = asyncScheduler,
): Observable<LoadedModule | Error> =>
  defer(() => {
    const { places, file } = extensionFile(type, name, folder);
    if (file === undefined)
      throw new Error(places.length === 0 ? 'its name is none' : `there is no such file: ${places.join(', ')}`);
    registerOwnCopies();
    const own = dirname(realpathSync(file));
    ownFolders.add(own);
    const url = pathToFileURL(file).href;
    return oneByOne(onTrial(file, url, scheduler)).pipe(
      defaultIfEmpty(undefined),
      concatMap(() => patient(from(inNameOf(own, () => import(url) as Promise<unknown>)), scheduler)),
      map((module) => ({ exported: defaultOf(module), file })),
    );
  }).pipe(
    catchError((error: unknown) => {
      const hint = error instanceof SyntaxError ? ' (an ES module may have to end in .mjs)' : '';
      return of(new Error(`the extension ${name} cannot be loaded: ${reasonOf(error)}${hint}`));
    }),
  );
