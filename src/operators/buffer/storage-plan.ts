import { dirname, resolve } from 'node:path';
import type { Limits } from './admission.js';
import type { StorageConfig } from './config.js';

const MB = 1024 * 1024;
const DAY = 86_400_000;

/** What the storage section comes to. */
export interface StoragePlan {
  readonly kind: 'memory' | 'sqlite';
  /** Absolute. Holds the SQLite file and the dead letters; not used for `memory`. */
  readonly folder: string;
  readonly limits: Limits;
  /** How many refused messages are kept. */
  readonly deadLetters: number;
}

/** Undefined unless one of the two is given; the other then has its default. */
const product = (a: number | undefined, b: number | undefined, [defaultA, defaultB]: readonly [number, number]) =>
  a === undefined && b === undefined ? undefined : (a ?? defaultA) * (b ?? defaultB);

const recordsOf = (config: StorageConfig): number => {
  const files = product(config.max_file_count, config.max_records_per_file, [10, 10_000]);
  const other = config.type === 'memory' ? (config.max_records_count ?? files) : (files ?? config.max_records_count);
  return config.max_records ?? other ?? 100_000;
};

const bytesOf = (config: StorageConfig): number => {
  if (config.type === 'memory') return config.max_file_size ?? 100 * MB;
  const databases = product(config.size_limit, config.max_db_amount, [1024, 10]);
  if (config.type === 'sqlite' && config.max_file_size === undefined && databases !== undefined) return databases * MB;
  return (config.max_file_size ?? 100 * MB) * (config.max_file_count ?? 10);
};

const folderOf = (config: StorageConfig): string => {
  const named =
    config.type === 'sqlite'
      ? (config.data_file_path ?? config.data_folder_path)
      : (config.data_folder_path ?? config.data_file_path);
  const path = named === undefined || named === '' ? './data/' : named;
  // Old files name the database itself.
  return path.endsWith('.db') ? dirname(path) : path;
};

const expiryOf = ({ type, messages_ttl_in_days: days }: StorageConfig): Pick<Limits, 'ttlMs'> =>
  type === 'sqlite' && days !== undefined ? { ttlMs: Math.round(days * DAY) } : {};

/**
 * Maps the keys of three kinds of storage to one bounded queue. The table is docs/storage.md.
 *
 * Pure. A relative data folder starts at `folder`, which is the working directory of the process, as it was with the incumbent.
 */
export const storagePlan = (config: StorageConfig, folder: string): StoragePlan => ({
  kind: config.type === 'memory' ? 'memory' : 'sqlite',
  folder: resolve(folder, folderOf(config)),
  limits: {
    records: Math.min(recordsOf(config), Number.MAX_SAFE_INTEGER),
    bytes: Math.min(bytesOf(config), Number.MAX_SAFE_INTEGER),
    devices: config.max_devices,
    atCapacity: config.at_capacity,
    ...expiryOf(config),
  },
  deadLetters: config.max_dead_letters,
});
