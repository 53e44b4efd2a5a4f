import type { FileProblem } from '../../config/config-invalid.js';
import { noticesOf } from '../../config/notices-of.js';
import type { ConnectorFile } from '../../config/connector-files.js';
import type { Notices } from '../../config/notices-of.js';
import { reasonOf } from '../../model/errors.js';
import { connectors } from '../open.js';
import type { Table } from '../open.js';

export interface Checked extends Notices {
  readonly connectorMistakes: readonly FileProblem[];
}

const nothing: Checked = { connectorMistakes: [], notices: [], idle: [] };

const checkOne = async ({ type, file, value }: ConnectorFile, folder: string, table: Table): Promise<Checked> => {
  const load = table.get(type);
  if (!load) return nothing;
  try {
    const module = await load();
    const decoded = module.decode(value);
    const connectorMistakes = [...decoded.problems, ...module.mistakes(value, folder)].map((problem): FileProblem => ({
      file,
      ...problem,
    }));
    return { connectorMistakes, ...noticesOf(decoded, file) };
  } catch (error) {
    const expected = `a module that can be loaded for the connector type ${JSON.stringify(type)}`;
    return { ...nothing, connectorMistakes: [{ file, path: '', found: reasonOf(error), expected }] };
  }
};

/** What each connector's own codec says about its file. Opens nothing; a type that nobody knows is passed over. A file is read once. */
export const checkConnectors = async (
  files: readonly ConnectorFile[],
  folder: string,
  table: Table = connectors,
): Promise<Checked> => {
  const different = files.filter(
    ({ file, type }, i) => files.findIndex((other) => other.file === file && other.type === type) === i,
  );
  const checked = await Promise.all(different.map((connector) => checkOne(connector, folder, table)));
  return {
    connectorMistakes: checked.flatMap(({ connectorMistakes }) => connectorMistakes),
    notices: checked.flatMap(({ notices }) => notices),
    idle: checked.flatMap(({ idle }) => idle),
  };
};
