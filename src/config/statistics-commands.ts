import { resolve } from 'node:path';
import * as t from 'io-ts';
import { ConfigInvalid } from './config-invalid.js';
import { decodeSafely } from './decode-safely.js';
import { readJson } from './read-json.js';
import { statisticsCommand } from './statistics-command.js';

/** The file that `statistics.configuration` names (core.md §10). */
const commands = t.readonlyArray(statisticsCommand, 'a list of commands');

export type StatisticsCommands = t.TypeOf<typeof commands>;

/**
 * Reads the file of the custom statistics; a relative name starts at the folder of the configuration. Throws {@link ConfigInvalid} with every mistake
 * in it.
 */
export const statisticsCommands = (file: string, folder: string): StatisticsCommands => {
  const read = readJson(resolve(folder, file), file);
  if ('problem' in read) throw new ConfigInvalid([read.problem]);
  const { value, problems } = decodeSafely(commands, read.value);
  if (value === undefined) throw new ConfigInvalid(problems.map((problem) => ({ ...problem, file })));
  return value;
};
