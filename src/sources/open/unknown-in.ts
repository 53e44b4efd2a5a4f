import type { UnknownIn } from '../../config/connector-files.js';
import { connectors, loaderOf } from '../open.js';
import type { Table } from '../open.js';
import { unknownConnector } from './unknown-connector.js';

/** Says of an entry whether nobody knows its connector, neither we nor a module of the user's in this configuration folder. Loads nothing. */
export const unknownIn =
  (folder: string, table: Table = connectors): UnknownIn =>
  (entry) =>
    loaderOf(entry, folder, table) === undefined ? unknownConnector(entry, folder, [...table.keys()]) : undefined;
