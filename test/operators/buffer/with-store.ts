import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { firstValueFrom, lastValueFrom, toArray } from 'rxjs';
import type { Observable } from 'rxjs';
import type { Fact } from '../../../src/model/fact.js';
import { database } from '../../../src/operators/buffer/database.js';
import type { Database } from '../../../src/operators/buffer/database.js';
import { openStore } from '../../../src/operators/buffer/open-store.js';
import type { OpenStore } from '../../../src/operators/buffer/open-store.js';
import type { Batch, Row, Store } from '../../../src/operators/buffer/store.js';
import { reading, silent } from './rig.js';

export const limits = { records: 100_000, bytes: 100_000_000, atCapacity: 'block' } as const;

/** Waits for the end of a piece of work. */
export const done = (work: Observable<unknown>): Promise<unknown> => lastValueFrom(work, { defaultValue: undefined });

export const rowOf = (id: number, device = 'a', body = JSON.stringify(reading(device, id))): Row => ({
  id,
  device,
  at: id,
  bytes: Buffer.byteLength(body) + 32,
  body,
});

export const batchOf = (parts: Partial<Batch>): Batch => ({
  append: [],
  remove: [],
  devices: [],
  sums: { received: parts.append?.length ?? 0 },
  ...parts,
});

export const rowsOf = async (store: Store): Promise<readonly Row[]> =>
  (await firstValueFrom(store.read(0, 1_000_000, []).pipe(toArray()))).flat();

export interface Opening {
  readonly store: Store;
  readonly facts: Fact[];
  readonly close: () => Promise<void>;
}

/** Opens the store of a folder and fails if it cannot be opened. */
export const opened = (folder: string, options: Partial<OpenStore> = {}): Promise<Opening> =>
  new Promise((resolve, reject) => {
    const facts: Fact[] = [];
    const subscription = openStore({
      folder,
      limits,
      log: silent,
      fact: (fact) => facts.push(fact),
      ...options,
    }).subscribe({
      next: (store) =>
        resolve({
          store,
          facts,
          close: async () => {
            await done(store.close());
            subscription.unsubscribe();
          },
        }),
      error: reject,
    });
  });

/** Opens a database that stays open until it is closed. */
export const connected = (file: string): Promise<Database> =>
  new Promise((resolve, reject) => void database(file).subscribe({ next: resolve, error: reject }));

/** An empty folder that goes when the test ends. */
export const folderFor = async (use: (folder: string) => Promise<void>): Promise<void> => {
  const folder = mkdtempSync(join(tmpdir(), 'tributary-'));
  try {
    await use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};
