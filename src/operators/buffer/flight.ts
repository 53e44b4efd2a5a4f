import type { Envelope, Nack } from '../../model/envelope.js';
import { envelope } from '../../model/envelope.js';
import { Refused, reasonOf } from '../../model/errors.js';
import type { Kept } from '../../model/message.js';
import type { Limits } from './admission.js';
import type { Deferral } from './deferral.js';
import type { DeadLetter, Leaving, Row, Sum } from './store.js';

/** A row that the platform refused for good, until its dead letter is durable. */
export type Dying = DeadLetter & Leaving;

/** Rows that somebody is busy with: unsettled downstream, or settled and not removed yet. */
export interface Flight {
  /**
   * How many more envelopes may be unsettled. Refused rows count until their dead letters are written, and delivered ones until they
   * are removed: memory stays bounded, and a crash sends no more than a window again.
   */
  readonly credits: () => number;
  /** Whether nothing is unsettled downstream. */
  readonly isLanded: () => boolean;
  readonly size: () => number;
  readonly has: (id: number) => boolean;
  readonly offer: (id: number, bytes: number, message: Kept) => void;
  /** Emits a message that has no row. It takes a credit, if there is one. */
  readonly introduce: (message: Kept) => void;
  /** How many of those are unsettled. */
  readonly introduced: () => number;
  /** The row goes without having been offered. */
  readonly discard: (row: Pick<Row, 'id' | 'bytes'>, sum: Sum) => void;
  /** Rows that can be removed now. */
  readonly leaving: () => readonly Leaving[];
  /** The first of them have been removed. */
  readonly removed: (rows: readonly Leaving[]) => void;
  readonly dying: () => readonly Dying[];
  /** The letters of the first of them are durable. */
  readonly buried: (rows: readonly Dying[]) => void;
}

export interface FlightOptions {
  readonly window: number;
  /** Under `drop_oldest` no more than half of what may be stored: what is on its way is never dropped, so there have to be others. */
  readonly limits: Limits;
  readonly emit: (item: Envelope<Kept>) => void;
  readonly away: Deferral;
  readonly now: () => number;
  /** Rows from this one on may have to be read again. */
  readonly rewind: (from: number) => void;
  /** An envelope was settled. */
  readonly onSettled: () => void;
}

/** Rows in flight are in memory: at most so many bytes of them, however few they are. */
const IN_FLIGHT_BYTES = 32 * 1024 * 1024;

/** Keeps the books of what was handed downstream. Promises: a row is in one place only, and leaves `has` when it may be read again. */
export const flight = ({ window, limits, emit, away, now, rewind, onSettled }: FlightOptions): Flight => {
  const held = new Set<number>();
  const share = limits.atCapacity === 'drop_oldest' ? 0.5 : Infinity;
  const most = {
    rows: Math.min(window, Math.ceil(limits.records * share)),
    bytes: Math.min(IN_FLIGHT_BYTES, limits.bytes * share),
  };
  let unsettled = 0;
  let unsettledBytes = 0;
  let introduced = 0;
  let leaving: Leaving[] = [];
  let dying: Dying[] = [];

  const settled = (bytes: number): void => {
    unsettled -= 1;
    unsettledBytes -= bytes;
    onSettled();
  };
  const answered = (device: string): void => {
    const from = away.succeeded(device);
    if (from !== undefined) rewind(from);
  };

  return {
    credits: () =>
      unsettledBytes < most.bytes ? Math.min(most.rows - unsettled - introduced - dying.length, window - held.size) : 0,
    isLanded: () => unsettled + introduced === 0,
    size: () => held.size,
    has: (id) => held.has(id),
    offer: (id, bytes, message) => {
      held.add(id);
      unsettled += 1;
      unsettledBytes += bytes;
      const { device } = message;
      emit(
        envelope(
          message,
          () => {
            leaving.push({ id, bytes, sum: 'delivered' });
            answered(device);
            settled(bytes);
          },
          (why: Nack) => {
            if (why instanceof Refused) {
              dying.push({ id, bytes, sum: 'dropped.refused', at: now(), reason: reasonOf(why), message });
              // The platform has looked at the message: it takes the device.
              answered(device);
            } else {
              held.delete(id);
              away.defer(device, id);
            }
            settled(bytes);
          },
        ),
      );
    },
    introduce: (message) => {
      introduced += 1;
      const end = (): void => {
        introduced -= 1;
        onSettled();
      };
      emit(envelope(message, end, end));
    },
    introduced: () => introduced,
    discard: ({ id, bytes }, sum) => {
      held.add(id);
      leaving.push({ id, bytes, sum });
    },
    leaving: () => leaving,
    removed: (rows) => {
      leaving = leaving.slice(rows.length);
      for (const { id } of rows) held.delete(id);
    },
    dying: () => dying,
    buried: (rows) => {
      dying = dying.slice(rows.length);
      leaving.push(...rows);
    },
  };
};
