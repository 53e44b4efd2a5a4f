import { statfsSync } from 'node:fs';
import { concat, concatMap, defer, lastValueFrom, mergeMap, of, range, take } from 'rxjs';
import type { Observable } from 'rxjs';
import type { Data } from '../src/model/message.js';
import { messageText } from '../src/operators/buffer/message-text.js';
import { openStore } from '../src/operators/buffer/open-store.js';
import type { Known, Row, Store } from '../src/operators/buffer/store.js';

const DEVICES = 20;
/** Rows of one transaction. */
const BATCH = 20_000;
/** What a row takes on disk, its share of SQLite's log included, rounded up. */
const ROW_BYTES = 320;
/** What the buffer counts for a row beyond its text and its device's name. */
const ROW_OVERHEAD = 32;

const PROFILE = 'Thermometer';
const CONNECTOR = 'Devices';
const names = Array.from({ length: DEVICES }, (_, i) => `device-${String(i).padStart(2, '0')}`);

const reading = (nth: number, at: number): Data => {
  const seq = Math.floor(nth / DEVICES);
  return {
    kind: 'data',
    device: names[nth % DEVICES]!,
    connector: CONNECTOR,
    profile: PROFILE,
    telemetry: [
      {
        ts: at + seq,
        values: {
          seq,
          sent: at,
          temperature: 20 + (seq % 100) / 10,
          humidity: 40 + (seq % 200) / 10,
          pressure: 1000 + (seq % 300) / 10,
          vibration: 0.0173204,
        },
      },
    ],
    attributes: {},
  };
};

const fill = (store: Store, rows: number): Observable<never> => {
  const at = Date.now() - 86_400_000;
  const write = messageText();
  const devices: readonly Known[] = names.map((device) => ({
    device,
    profile: PROFILE,
    connector: CONNECTOR,
    connected: true,
  }));
  const rowOf = (nth: number): Row => {
    const message = reading(nth, at);
    const { device } = message;
    const { body } = write(message);
    return { id: nth + 1, device, at, bytes: Buffer.byteLength(body) + device.length + ROW_OVERHEAD, body };
  };
  const batches = range(0, Math.ceil(rows / BATCH)).pipe(
    concatMap((batch) =>
      defer(() => {
        const first = batch * BATCH;
        const append = Array.from({ length: Math.min(BATCH, rows - first) }, (_, i) => rowOf(first + i));
        return store.commit({
          append,
          remove: [],
          devices: batch === 0 ? devices : [],
          sums: { received: append.length },
        });
      }),
    ),
  );
  return concat(batches, store.close());
};

/**
 * Fills a data folder with a backlog of that many messages, numbered from 0 for each of twenty devices, as the bench's own devices send them.
 * The gateway's own store and its own text for a row write it. Throws if the disk has not enough room, with half as much to spare.
 */
export const fillStore = async (folder: string, beside: string, rows: number): Promise<void> => {
  const { bsize, bavail } = statfsSync(beside);
  const needed = rows * ROW_BYTES * 1.5;
  if (bsize * bavail < needed)
    throw new Error(`${beside} has no room for ${rows} messages: about ${Math.ceil(needed / 1e9)} GB (--deep-folder)`);
  const nothing = (): void => undefined;
  const log = { error: nothing, warn: nothing, info: nothing, debug: nothing };
  const limits = { records: rows * 2, bytes: 100e9, atCapacity: 'block' as const };
  // The storage stays open until somebody lets go of it.
  const done = openStore({ folder, limits, log, fact: nothing }).pipe(
    mergeMap((store) => concat(fill(store, rows), of(undefined))),
    take(1),
  );
  await lastValueFrom(done);
};
