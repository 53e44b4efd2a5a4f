import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

interface Entry {
  readonly name: string;
  readonly type: string;
  readonly configuration: string;
}

/** Gives the laboratory's gateway one more connector, and writes its file. */
export const addConnector = (folder: string, entry: Entry, content: object): void => {
  const file = join(folder, 'tb_gateway.json');
  const main = JSON.parse(readFileSync(file, 'utf8')) as { readonly connectors: readonly object[] };
  writeFileSync(file, JSON.stringify({ ...main, connectors: [...main.connectors, entry] }));
  writeFileSync(join(folder, entry.configuration), JSON.stringify(content));
};
