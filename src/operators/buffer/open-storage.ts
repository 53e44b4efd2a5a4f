import { EMPTY, NEVER, concat, defer, map, of } from 'rxjs';
import type { Observable } from 'rxjs';
import { join } from 'node:path';
import { deadLetterFile } from './dead-letters.js';
import { memoryStore } from './memory-store.js';
import type { OpenStore } from './open-store.js';
import { openStore } from './open-store.js';
import type { StoragePlan } from './storage-plan.js';
import type { DeadLetters, Store } from './store.js';

/** A store, and where what it must not keep goes. */
export interface Storage {
  readonly store: Store;
  readonly deadLetters: DeadLetters;
}

/**
 * Opens the storage that a configuration asks for; it stays open until it is unsubscribed. What `memory` promises is said in the log,
 * and its dead letters are said there and not kept. `kept` is the memory that an earlier run of this process has used. Default: an empty one.
 */
export const openStorage = (
  plan: StoragePlan,
  surroundings: Omit<OpenStore, 'folder'>,
  kept?: Store,
): Observable<Storage> => {
  if (plan.kind === 'sqlite') {
    surroundings.log.info('the storage is SQLite', { folder: plan.folder });
    const file = join(plan.folder, 'dead-letters.jsonl');
    const deadLetters: DeadLetters =
      plan.deadLetters > 0 ? deadLetterFile({ file, most: plan.deadLetters }) : () => EMPTY;
    return openStore({ folder: plan.folder, ...surroundings }).pipe(map((store) => ({ store, deadLetters })));
  }
  return defer(() => {
    surroundings.log.warn(
      'the storage is memory: what is queued is lost when the gateway ends, and an acknowledgement means no more',
    );
    return concat(of({ store: kept ?? memoryStore(), deadLetters: () => EMPTY }), NEVER);
  });
};
