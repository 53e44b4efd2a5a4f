import { watch } from 'node:fs';
import type { FSWatcher } from 'node:fs';
import { Observable } from 'rxjs';
import type { Log } from '../model/component.js';
import { reasonOf } from '../model/errors.js';
import type { Folder } from './glance.js';

/** What Kubernetes swaps when a ConfigMap changes: `..data`, and the folder that it points to. */
const isSwap = (name: string): boolean => name.startsWith('..');

/**
 * Emits when something has happened to one of the names in these folders, as the operating system says it. Never completes.
 *
 * Promises: never errors. Where a folder cannot be watched, that is one line at debug, and nothing is heard of it.
 */
export const listen = (folders: readonly Folder[], log: Pick<Log, 'debug'>): Observable<unknown> =>
  new Observable((subscriber) => {
    const open: FSWatcher[] = [];
    const unheard = (folder: string, error: unknown): void =>
      log.debug('a folder of the configuration cannot be watched: it is only looked at from time to time', {
        folder,
        why: reasonOf(error),
      });
    for (const { path, names } of folders)
      try {
        const wanted = new Set(names);
        const watcher = watch(path, { persistent: false });
        open.push(watcher);
        watcher.on('change', (_, name) => {
          // Some systems do not say which one.
          if (typeof name !== 'string' || wanted.has(name) || isSwap(name)) subscriber.next(name);
        });
        watcher.on('error', (error) => {
          unheard(path, error);
          watcher.close();
        });
      } catch (error) {
        unheard(path, error);
      }
    return () => open.forEach((watcher) => watcher.close());
  });
