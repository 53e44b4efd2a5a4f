import * as t from 'io-ts';
import { defaulted, inert, optional, refine, section } from '../../model/codec.js';
import { whole } from '../../model/whole.js';

const MB = 1024 * 1024;
const units: Readonly<Record<string, number>> = { '': 1, B: 1, KB: 1024, MB, GB: 1024 * MB };

const count = whole('a whole number', 1);
const positive = refine(t.number, (value) => Number.isFinite(value) && value > 0, 'a number above 0');

const oneOf = <A extends string>(...values: readonly A[]): t.Type<A, unknown> => {
  const find = (input: unknown): A | undefined =>
    typeof input === 'string' ? values.find((value) => value === input.trim().toLowerCase()) : undefined;
  return new t.Type<A, unknown, unknown>(
    `one of ${values.map((value) => JSON.stringify(value)).join(', ')}`,
    (input): input is A => find(input) === input,
    (input, context) => {
      const found = find(input);
      return found === undefined ? t.failure(input, context) : t.success(found);
    },
    t.identity,
  );
};

const bytesOf = (input: unknown): number | undefined => {
  if (typeof input === 'number') return input;
  const parts = typeof input === 'string' ? /^\s*(\d+(?:\.\d+)?)\s*([KMG]?B?)\s*$/i.exec(input) : null;
  const unit = (parts?.[2] ?? '').toUpperCase();
  const factor = units[unit.length === 1 && unit !== 'B' ? `${unit}B` : unit];
  return parts && factor !== undefined ? Math.floor(Number(parts[1]) * factor) : undefined;
};

const size = new t.Type<number, unknown, unknown>(
  'a size in bytes such as 104857600 or "100MB"',
  t.number.is,
  (input, context) => {
    const bytes = bytesOf(input);
    return bytes !== undefined && Number.isSafeInteger(bytes) && bytes > 0
      ? t.success(bytes)
      : t.failure(input, context);
  },
  t.identity,
);

/** The `storage` section of the main file (core.md §4.4). What its keys mean for the SQLite file: docs/storage.md. */
export const storageConfig = section('the storage section: {"type", …}', {
  type: defaulted(
    oneOf('memory', 'file', 'sqlite'),
    'memory',
    '`file` and `sqlite` keep what is queued in one SQLite file; `memory` forgets it when the gateway ends.',
  ),
  max_records: optional(count, 'How many messages may be queued. 100000 if nothing else says it.'),
  max_records_count: optional(count, 'The incumbent’s name of max_records.'),
  max_file_count: optional(count, 'Times max_records_per_file (messages), times max_file_size (bytes). 10 if absent.'),
  max_records_per_file: optional(count, 'See max_file_count. 10000 if absent.'),
  max_file_size: optional(size, 'In bytes, or as "100MB". 100 MB if absent. Times max_file_count it bounds the bytes.'),
  data_folder_path: optional(t.string, 'The folder of the file; "./data/" if absent. From the working directory.'),
  data_file_path: optional(t.string, 'The incumbent’s name of data_folder_path for the type sqlite.'),
  at_capacity: defaulted(
    oneOf('block', 'drop_oldest', 'drop_newest'),
    'block',
    'What gives way at the cap: the sources wait and nothing is lost, the oldest goes, or the new one is dropped.',
  ),
  max_dead_letters: defaulted(
    whole('a whole number', 0),
    10_000,
    'How many messages that the platform refused for good are kept.',
  ),
  max_devices: defaulted(
    whole('a whole number', 1),
    100_000,
    'How many devices may be known; what a further one says is refused, counted and logged.',
  ),
  messages_ttl_in_days: optional(positive, 'Type sqlite only: older messages are dropped. Nothing expires if absent.'),
  size_limit: optional(count, 'Type sqlite: MB of one database of the incumbent. 1024 if absent.'),
  max_db_amount: optional(
    count,
    'Type sqlite: how many databases. Times size_limit it bounds the bytes. 10 if absent.',
  ),
  read_records_count: inert(optional(t.unknown, 'Messages read at a time; here it follows the credits of the sink.')),
  max_read_records_count: inert(optional(t.unknown, 'The same, for the types file and sqlite.')),
  max_records_between_fsync: inert(optional(t.unknown, 'Every commit is flushed.')),
  messages_ttl_check_in_hours: inert(optional(t.unknown, 'Hours between two looks for old messages.')),
  writing_batch_size: inert(optional(t.unknown, 'Messages written at a time; here it follows the load.')),
  oversize_check_period: inert(optional(t.unknown, 'Minutes between two looks at the size; here it is always known.')),
});

export type StorageConfig = t.TypeOf<typeof storageConfig>;
