import type { Sum } from './store.js';

/** The version of the file's layout, kept in `PRAGMA user_version`. A file of a newer version is not touched. */
export const SCHEMA_VERSION = 1;

/** The column of `totals` that holds each sum. */
export const SUM_COLUMNS: Readonly<Record<Sum, string>> = {
  received: 'received',
  delivered: 'delivered',
  'dropped.oldest': 'dropped_oldest',
  'dropped.newest': 'dropped_newest',
  'dropped.expired': 'dropped_expired',
  'dropped.refused': 'dropped_refused',
  'dropped.damaged': 'dropped_damaged',
};

/** The columns of `rows`. */
export const ROWS = `
    id INTEGER PRIMARY KEY, device TEXT NOT NULL, at INTEGER NOT NULL, bytes INTEGER NOT NULL, body TEXT NOT NULL`;

/**
 * The layout. `totals` has one row and changes in the same transaction as the rows that it counts, so that the balance
 * received = delivered + records + dropped holds at any commit, and a start needs no counting.
 */
export const SCHEMA = `
  CREATE TABLE IF NOT EXISTS rows(${ROWS});
  CREATE TABLE IF NOT EXISTS devices(
    device TEXT PRIMARY KEY, profile TEXT NOT NULL, connector TEXT NOT NULL, connected INTEGER NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS totals(
    one INTEGER PRIMARY KEY CHECK (one = 1), next_id INTEGER NOT NULL, records INTEGER NOT NULL, bytes INTEGER NOT NULL,
    ${Object.values(SUM_COLUMNS)
      .map((column) => `${column} INTEGER NOT NULL DEFAULT 0`)
      .join(', ')});
  INSERT OR IGNORE INTO totals(one, next_id, records, bytes) VALUES (1, 1, 0, 0);
  PRAGMA user_version = ${SCHEMA_VERSION};
`;
