import type { Observable } from 'rxjs';
import type { Kept } from '../../model/message.js';

/** A message at rest. `at` is when it was admitted (ms since the epoch), `bytes` what it counts towards the cap. */
export interface Row {
  readonly id: number;
  readonly device: string;
  readonly at: number;
  readonly bytes: number;
  /** The message as JSON text. */
  readonly body: string;
}

/** A device that was seen: what it takes to announce it again after a restart. */
export interface Known {
  readonly device: string;
  readonly profile: string;
  readonly connector: string;
  readonly connected: boolean;
}

/** The sums that balance: received = delivered + records in store + all dropped. */
export type Sum =
  | 'received'
  | 'delivered'
  | 'dropped.oldest'
  | 'dropped.newest'
  | 'dropped.expired'
  | 'dropped.refused'
  | 'dropped.damaged';

/** A row that goes, and what it counts as then. */
export interface Leaving {
  readonly id: number;
  readonly bytes: number;
  readonly sum: Sum;
}

/** One transaction: all of it is durable when `commit` completes, or none of it is. */
export interface Batch {
  /** In ascending order of id, all above any id the store has seen. */
  readonly append: readonly Row[];
  /** Rows that leave, in any order. */
  readonly remove: readonly Leaving[];
  readonly devices: readonly Known[];
  readonly sums: Readonly<Partial<Record<Sum, number>>>;
}

/** How many bytes of rows one read may bring into memory. */
export const READ_BYTES = 16 * 1024 * 1024;

/** What was found when the store was opened. */
export interface Opened {
  /** The lowest id that was never used. */
  readonly nextId: number;
  readonly records: number;
  readonly bytes: number;
  /** Counted over the whole life of the store, in the same transactions as the rows. */
  readonly sums: Readonly<Record<Sum, number>>;
  readonly devices: readonly Known[];
}

/**
 * Where the buffer keeps its rows. Calls never overlap: the buffer makes the next one when the last has completed.
 *
 * Errors: {@link StoreFull} if the batch finds no room (nothing of it was stored); a `GatewayError` with `STORAGE_FAILED` if a
 * later try may help; a `FatalError` if it cannot.
 */
export interface Store {
  readonly opened: Opened;
  /** Whether rows outlive the process. If not, the buffer's end delivers what it can instead of leaving it. */
  readonly durable: boolean;
  /** How many bytes of rows one batch should append at most, if there is a limit; a single row may be larger. */
  readonly batchBytes: number;
  readonly commit: (batch: Batch) => Observable<never>;
  /**
   * At most `limit` rows with `id >= from` in ascending order, leaving out the given devices; no more than {@link READ_BYTES} of them, but
   * one at least if there is one.
   */
  readonly read: (from: number, limit: number, without: readonly string[]) => Observable<readonly Row[]>;
  /** Gives unused space back. Called when the buffer has become empty. */
  readonly tidy: () => Observable<never>;
  /** Completes when everything is closed. */
  readonly close: () => Observable<never>;
}

/** A message that was set aside, and why. */
export interface DeadLetter {
  readonly at: number;
  readonly reason: string;
  readonly message: Kept;
}

/** Keeps letters durably, so that the row may go; completes when they are. */
export type DeadLetters = (letters: readonly DeadLetter[]) => Observable<never>;
