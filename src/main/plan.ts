import { surveyConfig } from '../config/survey-config.js';
import type { ConnectorFile } from '../config/connector-files.js';
import { reasonOf } from '../model/errors.js';
import { connectors, loaderOf } from '../sources/open.js';
import type { Table } from '../sources/open.js';
import { unknownIn } from '../sources/open/unknown-in.js';

/** What `plan` prints. */
export interface Planned {
  readonly text: string;
  /** False if a file has mistakes, so that nothing can be said of it. */
  readonly complete: boolean;
}

const indented = (text: string): string => text.replace(/^/gm, '  ');

const planOne = async (connector: ConnectorFile, folder: string, table: Table): Promise<Planned> => {
  const { name, file, type, value } = connector;
  const title = `${name ?? type} (${file})`;
  const load = loaderOf(connector, folder, table);
  if (load === undefined)
    return { text: `${title}: no connector of type ${JSON.stringify(type)} is known`, complete: false };
  try {
    const module = await load();
    if (module.decode(value).value === undefined)
      return { text: `${title}: the file has mistakes, which check lists`, complete: false };
    const text = module.plan(value);
    return {
      text: text === undefined ? `${title}: asks for nothing by itself` : `${title}:\n${indented(text)}`,
      complete: true,
    };
  } catch (error) {
    return { text: `${title}: ${reasonOf(error)}`, complete: false };
  }
};

/**
 * What each connector of a configuration folder would ask of its devices, connector by connector. Opens nothing and asks nobody; a connector with mistakes
 * stops no other.
 */
export const plan = async (
  folder: string,
  env: Readonly<Record<string, string | undefined>>,
  table: Table = connectors,
): Promise<Planned> => {
  const { mistakes, connectorMistakes, connectors: files } = surveyConfig(folder, env, unknownIn(folder, table));
  const planned = await Promise.all(files.map((file) => planOne(file, folder, table)));
  const complete = mistakes.length === 0 && connectorMistakes.length === 0 && planned.every((one) => one.complete);
  const texts = planned.map(({ text }) => text);
  if (files.length === 0) texts.push('There is no connector whose file can be read.');
  if (!complete) texts.push('The configuration has mistakes, which check lists.');
  return { text: texts.join('\n'), complete };
};
