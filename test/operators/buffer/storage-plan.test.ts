import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { decode } from '../../../src/model/decode.js';
import { storageConfig } from '../../../src/operators/buffer/config.js';
import { storagePlan } from '../../../src/operators/buffer/storage-plan.js';

const MB = 1024 * 1024;
const plan = (storage: unknown) => {
  const { value, problems } = decode(storageConfig, storage);
  expect(problems).toEqual([]);
  return storagePlan(value!, '/srv');
};

test('nothing said is a queue in memory', () => {
  expect(plan({})).toEqual({
    kind: 'memory',
    folder: '/srv/data',
    limits: { records: 100_000, bytes: 100 * MB, devices: 100_000, atCapacity: 'block' },
    deadLetters: 10_000,
  });
});

describe('file and sqlite mean the same', () => {
  test.each(['file', 'sqlite', 'SQLite', ' FILE '])('%j', (type) => {
    expect(plan({ type })).toEqual({
      kind: 'sqlite',
      folder: '/srv/data',
      limits: { records: 100_000, bytes: 1000 * MB, devices: 100_000, atCapacity: 'block' },
      deadLetters: 10_000,
    });
  });
});

describe('the cap in messages', () => {
  test.each([
    [{ type: 'file', max_records: 7, max_file_count: 2, max_records_per_file: 3 }, 7],
    [{ type: 'file', max_file_count: 2, max_records_per_file: 3 }, 6],
    [{ type: 'file', max_file_count: 2 }, 20_000],
    [{ type: 'file', max_records_per_file: 3 }, 30],
    [{ type: 'file', max_file_count: 2, max_records_per_file: 3, max_records_count: 5 }, 6],
    [{ type: 'file', max_records_count: 5 }, 5],
    [{ type: 'memory', max_file_count: 2, max_records_per_file: 3, max_records_count: 5 }, 5],
    [{ type: 'memory', max_file_count: 2, max_records_per_file: 3 }, 6],
    [{ type: 'file', max_file_count: 2 ** 40, max_records_per_file: 2 ** 40 }, Number.MAX_SAFE_INTEGER],
  ])('%j', (storage, records) => {
    expect(plan(storage).limits.records).toBe(records);
  });
});

describe('the cap in bytes', () => {
  test.each([
    [{ type: 'file', max_file_size: 5 }, 50],
    [{ type: 'file', max_file_size: 5, max_file_count: 3 }, 15],
    [{ type: 'file', max_file_size: '5 kb', max_file_count: 1 }, 5 * 1024],
    [{ type: 'file', max_file_size: '100MB', max_file_count: 1 }, 100 * MB],
    [{ type: 'file', max_file_size: '1.5g', max_file_count: 1 }, 1.5 * 1024 * MB],
    [{ type: 'file', max_file_size: '512', max_file_count: 1 }, 512],
    [{ type: 'file', size_limit: 1 }, 1000 * MB],
    [{ type: 'sqlite', size_limit: 1 }, 10 * MB],
    [{ type: 'sqlite', size_limit: 1, max_db_amount: 2 }, 2 * MB],
    [{ type: 'sqlite', size_limit: 1, max_file_size: 9, max_file_count: 1 }, 9],
    [{ type: 'memory', max_file_size: 9, max_file_count: 4 }, 9],
  ])('%j', (storage, bytes) => {
    expect(plan(storage).limits.bytes).toBe(bytes);
  });
});

describe('the folder starts at the working directory', () => {
  test.each([
    [{ type: 'file', data_folder_path: 'a/b/' }, '/srv/a/b'],
    [{ type: 'file', data_folder_path: '/var/x' }, '/var/x'],
    [{ type: 'file', data_file_path: 'f' }, '/srv/f'],
    [{ type: 'file', data_folder_path: '' }, '/srv/data'],
    [{ type: 'sqlite', data_folder_path: 'a', data_file_path: 'f' }, '/srv/f'],
    [{ type: 'sqlite', data_file_path: './data/data.db' }, '/srv/data'],
  ])('%j', (storage, folder) => {
    expect(plan(storage).folder).toBe(folder);
  });
});

test('a time to live is read for sqlite only', () => {
  expect(plan({ type: 'sqlite', messages_ttl_in_days: 7 }).limits.ttlMs).toBe(7 * 86_400_000);
  expect('ttlMs' in plan({ type: 'file', messages_ttl_in_days: 7 }).limits).toBe(false);
  expect('ttlMs' in plan({ type: 'sqlite' }).limits).toBe(false);
});

test('what gives way at the cap is the operator’s choice', () => {
  expect(plan({ at_capacity: 'DROP_OLDEST' }).limits.atCapacity).toBe('drop_oldest');
});

describe('what makes no sense is refused', () => {
  test.each([
    { max_records: 0 },
    { max_records: 1.5 },
    { max_records: -1 },
    { max_records: '10' },
    { max_file_size: 'big' },
    { max_file_size: 0 },
    { max_file_size: '1e3' },
    { max_file_size: '100TB' },
    { messages_ttl_in_days: 0 },
    { at_capacity: 'drop' },
    { type: 'redis' },
    { type: 5 },
    { max_dead_letters: -1 },
  ])('%j', (storage) => {
    expect(decode(storageConfig, storage).problems).toHaveLength(1);
  });
});

test('docs/storage.md has every key, and no other', () => {
  const docs = readFileSync(join(import.meta.dirname, '..', '..', '..', 'docs', 'storage.md'), 'utf8');
  const [, chapter = ''] = docs.split('## How each key maps');
  const table = chapter
    .split('\n## ')[0]!
    .split('\n')
    .filter((line) => /^\| `[a-z]/.test(line));
  const documented = table.flatMap((line) => line.split('|')[1]?.match(/[a-z_]+/g) ?? []);
  expect([...new Set(documented)].sort()).toEqual(Object.keys(storageConfig.fields).sort());
});
