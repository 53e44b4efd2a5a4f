import { catchError, concat, concatMap, defer, map, of, tap } from 'rxjs';
import type { Observable } from 'rxjs';
import { openStorage } from '../operators/buffer/open-storage.js';
import type { Storage } from '../operators/buffer/open-storage.js';
import type { OpenStore } from '../operators/buffer/open-store.js';
import type { StoragePlan } from '../operators/buffer/storage-plan.js';
import type { Store } from '../operators/buffer/store.js';

/** What was left in memory is counted where the sums go on: as received, and as dropped. */
const counting = (store: Store, n: number): Observable<Store> => {
  const { opened } = store;
  const sums = { received: n, 'dropped.oldest': n };
  const counted = {
    ...opened.sums,
    received: opened.sums.received + n,
    'dropped.oldest': opened.sums['dropped.oldest'] + n,
  };
  return concat(
    store.commit({ append: [], remove: [], devices: [], sums }),
    of({ ...store, opened: { ...opened, sums: counted } }),
    // The balance is right without it too.
  ).pipe(catchError(() => of(store)));
};

/**
 * Opens the storage of one run of the gateway after the other.
 *
 * Promises: while runs ask for `memory`, it is the same one, with its messages, devices and sums, whatever its caps are. Where a run asks for another storage,
 * and that one is open, what is left in memory goes: it is said with its number, and counted as `dropped.oldest` in the new storage.
 */
export const storages = (
  surroundings: Pick<OpenStore, 'log' | 'fact'>,
): ((plan: StoragePlan) => Observable<Storage>) => {
  let kept: Store | undefined;
  const leave = (storage: Storage): Observable<Storage> => {
    const left = kept?.opened.records ?? 0;
    kept = undefined;
    if (left === 0) return of(storage);
    surroundings.log.warn('the storage is not memory any more: what was queued in memory is dropped', {
      messages: left,
    });
    return counting(storage.store, left).pipe(map((store) => ({ ...storage, store })));
  };
  return (plan) =>
    defer(() => {
      const opening = openStorage(plan, { ...surroundings, limits: plan.limits }, kept);
      return plan.kind === 'memory' ? opening.pipe(tap(({ store }) => (kept = store))) : opening.pipe(concatMap(leave));
    });
};
