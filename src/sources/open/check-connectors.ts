import type { FileProblem } from '../../config/config-invalid.js';
import { noticesOf } from '../../config/notices-of.js';
import type { ConnectorFile } from '../../config/connector-files.js';
import type { Notices } from '../../config/notices-of.js';
import { reasonOf } from '../../model/errors.js';
import { connectors, loaderOf } from '../open.js';
import type { Table } from '../open.js';

export interface Checked extends Notices {
  readonly connectorMistakes: readonly FileProblem[];
}

const nothing: Checked = { connectorMistakes: [], notices: [], idle: [] };

const checkOne = async (connector: ConnectorFile, folder: string, table: Table): Promise<Checked> => {
  const { type, file, value } = connector;
  const load = loaderOf(connector, folder, table);
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

/** What each connector's own codec says about its file. Opens nothing, but loads the user's own modules as ours; a type that nobody knows is passed over. A file is read once. */
export const checkConnectors = async (
  files: readonly ConnectorFile[],
  folder: string,
  table: Table = connectors,
): Promise<Checked> => {
  const different = files.filter(
    (one, i) =>
      files.findIndex(({ file, type, class: own }) => file === one.file && type === one.type && own === one.class) ===
      i,
  );
  const checked = await Promise.all(different.map((connector) => checkOne(connector, folder, table)));
  return {
    connectorMistakes: checked.flatMap(({ connectorMistakes }) => connectorMistakes),
    notices: checked.flatMap(({ notices }) => notices),
    idle: checked.flatMap(({ idle }) => idle),
  };
};
