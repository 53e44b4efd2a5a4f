import { map, mergeMap } from 'rxjs';
import type { Observable } from 'rxjs';
import { FatalError } from '../../model/errors.js';
import type { Database } from './database.js';
import { unquoted } from './quoted.js';
import { SUM_COLUMNS } from './schema.js';
import type { Known, Opened, Sum } from './store.js';

type Columns = Readonly<Record<string, unknown>>;

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

const counted = (totals: Columns, column: string): number => {
  const value = totals[column];
  if (!isCount(value)) throw new FatalError('STORAGE_DAMAGED', `the file does not say what it holds (${column})`);
  return value;
};

/** Where the last id is used, the next one is one more than can be told apart. */
const nextId = (totals: Columns): number => (totals.next_id === 2 ** 53 ? 2 ** 53 : counted(totals, 'next_id'));

/** A device whose entry was damaged is known again with its next message. */
const known = ({ device, profile, connector, connected }: Columns): readonly Known[] => {
  const [name, of, by] = [unquoted(device), unquoted(profile), unquoted(connector)];
  if (name === undefined || of === undefined || by === undefined) return [];
  return [{ device: name, profile: of, connector: by, connected: connected === 1 }];
};

/** Reads what the file says of itself. Errors with `STORAGE_DAMAGED` if that makes no sense. */
export const openedFrom = (db: Database): Observable<Opened> =>
  db.all<Columns>('SELECT * FROM totals').pipe(
    mergeMap(([totals = {}]) =>
      db.all<Columns>('SELECT * FROM devices').pipe(
        map((devices) => ({
          nextId: nextId(totals),
          records: counted(totals, 'records'),
          bytes: counted(totals, 'bytes'),
          sums: Object.fromEntries(
            Object.entries(SUM_COLUMNS).map(([sum, column]) => [sum, counted(totals, column)]),
          ) as Record<Sum, number>,
          devices: devices.flatMap(known),
        })),
      ),
    ),
  );
