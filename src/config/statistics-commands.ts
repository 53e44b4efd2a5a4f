import * as t from 'io-ts';
import { decodeFile } from './decode-file.js';
import { statisticsCommand } from './statistics-command.js';

/** The file that `statistics.configuration` names (core.md §10). */
const commands = t.readonlyArray(statisticsCommand, 'a list of commands');

export type StatisticsCommands = t.TypeOf<typeof commands>;

/**
 * Reads the file of the custom statistics; a relative name starts at the folder of the configuration. Throws a `ConfigInvalid` with every mistake
 * in it.
 */
export const statisticsCommands = (file: string, folder: string): StatisticsCommands =>
  decodeFile(commands, file, folder);
