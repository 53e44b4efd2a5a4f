import {
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tap } from 'rxjs';
import { memoryStore } from '../../../../src/operators/buffer/memory-store.js';
import { noSums } from '../../../../src/operators/buffer/no-sums.js';
import type { Opened, Store, Sum } from '../../../../src/operators/buffer/store.js';
import { opened } from '../with-store.js';
import type { Opening } from '../with-store.js';

/** Where a store is, over the lives of several processes. */
export interface Place {
  readonly open: () => Promise<Store>;
  /** In order, as at a restart. */
  readonly close: () => Promise<void>;
  /** The process is killed. What runs then may be anywhere on its way; `running` completes when it is done after all. */
  readonly kill: (running?: Promise<unknown>) => Promise<void>;
  readonly forget: () => Promise<void>;
}

/** RAM. `lasts`: it outlives the process, as a disk does, so that the buffer can be tried without one. */
export const memoryPlace = (lasts: boolean): Place => {
  let inner = memoryStore();
  let state: Opened = { nextId: 1, records: 0, bytes: 0, sums: noSums, devices: [] };
  const size = (rows: readonly { readonly bytes: number }[]) => rows.reduce((sum, { bytes }) => sum + bytes, 0);
  const open = async (): Promise<Store> => {
    if (!lasts) inner = memoryStore();
    if (!lasts) return inner;
    return {
      ...inner,
      durable: true,
      opened: state,
      commit: (batch) =>
        inner.commit(batch).pipe(
          tap({
            complete: () => {
              const { append, remove } = batch;
              const sums = { ...state.sums };
              for (const [sum, n] of Object.entries(batch.sums) as [Sum, number][]) sums[sum] += n;
              const devices = new Map([...state.devices, ...batch.devices].map((entry) => [entry.device, entry]));
              state = {
                nextId: (append.at(-1)?.id ?? state.nextId - 1) + 1,
                records: state.records + append.length - remove.length,
                bytes: state.bytes + size(append) - size(remove),
                sums,
                devices: [...devices.values()],
              };
            },
          }),
        ),
    };
  };
  return {
    open,
    close: async () => undefined,
    kill: async (running) => {
      await running;
    },
    forget: async () => undefined,
  };
};

const FILES = ['tributary.db', 'tributary.db-wal'];
const SHARED = '/dev/shm';
const RESERVE = 'tributary.reserve';

/** A folder of folders, and in it what each of them would take long to write. */
export const workshop = (): { readonly folder: string; readonly forget: () => void } => {
  // A kill is a copy of the files here: no disk is needed for it, and memory is faster.
  const folder = mkdtempSync(join(existsSync(SHARED) ? SHARED : tmpdir(), 'tributary-model-'));
  writeFileSync(join(folder, RESERVE), '');
  truncateSync(join(folder, RESERVE), 8 * 1024 * 1024);
  return { folder, forget: () => rmSync(folder, { recursive: true, force: true }) };
};

let serial = 0;

/** SQLite in a folder. `nextId`: the id of the first row. A kill leaves a copy of the files of that moment. */
export const sqlitePlace = (within: string, nextId = 1): Place => {
  let folder = '';
  let opening: Opening | undefined;
  const fresh = (): string => {
    const made = join(within, String((serial += 1)));
    mkdirSync(made, { mode: 0o700 });
    linkSync(join(within, RESERVE), join(made, RESERVE));
    return made;
  };
  const shut = async (): Promise<void> => {
    await opening?.close();
    opening = undefined;
  };
  const open = async (): Promise<Store> => {
    const isFirst = folder === '';
    if (isFirst) folder = fresh();
    opening = await opened(folder);
    const { store } = opening;
    return isFirst ? { ...store, opened: { ...store.opened, nextId } } : store;
  };
  const forget = async (): Promise<void> => {
    await shut();
    if (folder !== '') rmSync(folder, { recursive: true, force: true });
  };
  return {
    open,
    close: shut,
    kill: async (running) => {
      const copy = fresh();
      for (const name of FILES) if (existsSync(join(folder, name))) copyFileSync(join(folder, name), join(copy, name));
      await running;
      await forget();
      folder = copy;
    },
    forget,
  };
};
