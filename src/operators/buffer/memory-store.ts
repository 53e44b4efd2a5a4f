import { EMPTY, defer, of } from 'rxjs';
import { noSums } from './no-sums.js';
import { READ_BYTES } from './store.js';
import type { Known, Opened, Row, Store, Sum } from './store.js';

/** Index of the first row with `id >= from`. Rows are sorted by id; removed ones keep their place until the next sweep. */
const lowerBound = (rows: readonly Row[], from: number): number => {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (rows[middle]!.id < from) low = middle + 1;
    else high = middle;
  }
  return low;
};

/**
 * A store in RAM. Promises nothing beyond the life of the process: its acknowledgements mean "in memory", and the gateway says so
 * at start. `opened` says what it holds at the time it is asked for, for a later run of the same process.
 */
export const memoryStore = (): Store => {
  let rows: Row[] = [];
  const gone = new Set<number>();
  const sweep = (): void => {
    if (gone.size < 1_000 || gone.size * 2 < rows.length) return;
    rows = rows.filter((row) => !gone.has(row.id));
    gone.clear();
  };
  const sums: Record<Sum, number> = { ...noSums };
  const devices = new Map<string, Known>();
  let nextId = 1;
  let bytes = 0;
  return {
    get opened(): Opened {
      const records = rows.length - gone.size;
      return { nextId, records, bytes, sums: { ...sums }, devices: [...devices.values()] };
    },
    durable: false,
    batchBytes: Infinity,
    commit: (batch) =>
      defer(() => {
        for (const row of batch.append) {
          rows.push(row);
          bytes += row.bytes;
          nextId = row.id + 1;
        }
        for (const leaving of batch.remove) {
          gone.add(leaving.id);
          bytes -= leaving.bytes;
        }
        for (const entry of batch.devices) devices.set(entry.device, entry);
        for (const [sum, n] of Object.entries(batch.sums) as [Sum, number][]) sums[sum] += n;
        sweep();
        return EMPTY;
      }),
    read: (from, limit, without) =>
      defer(() => {
        const found: Row[] = [];
        const left = new Set(without);
        let bytes = 0;
        for (let i = lowerBound(rows, from); i < rows.length && found.length < limit; i += 1) {
          const row = rows[i]!;
          if (gone.has(row.id) || left.has(row.device)) continue;
          bytes += row.bytes;
          if (bytes > READ_BYTES && found.length > 0) break;
          found.push(row);
        }
        return of(found);
      }),
    tidy: () => EMPTY,
    close: () => EMPTY,
  };
};
