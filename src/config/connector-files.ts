import { resolve } from 'node:path';
import { nearestOf } from '../model/decode.js';
import { secretsOf, shortSecretsOf } from '../model/secret.js';
import type { FileProblem } from './config-invalid.js';
import { member } from './member.js';
import { MOST_CONNECTORS } from './most-connectors.js';
import { readJson } from './read-json.js';
import { resolveReferences } from './resolve-references.js';
import type { Surroundings } from './resolve-references.js';
import { unreadableFiles } from './unreadable-files.js';

/** A connector's file as it was read, with its secrets in their place. */
export interface ConnectorFile {
  readonly file: string;
  readonly type: string;
  /** The connector's name in the main file, if it has one. */
  readonly name?: string;
  readonly value: unknown;
}

interface Read {
  readonly mistakes: readonly FileProblem[];
  readonly notices: readonly string[];
  readonly secrets: readonly string[];
  readonly connectors: readonly ConnectorFile[];
}

const textOf = (value: unknown, key: string): string | undefined => {
  const text = member(value, key);
  return typeof text === 'string' && text.trim() !== '' ? text.trim() : undefined;
};

const unknownType = (type: string, types: readonly string[]): Omit<FileProblem, 'file' | 'path'> => {
  const nearest = nearestOf(type, types);
  const expected = `a connector type that is known (${types.join(', ')})`;
  return { found: JSON.stringify(type), expected, ...(nearest === undefined ? {} : { nearest }) };
};

/** What the log cannot hide within texts, said of one file. */
export const shortSecretNotices = (value: unknown, file: string): readonly string[] =>
  shortSecretsOf(value).map(
    (path) => `${file}: ${path} is so short that the log hides it under its key only, not within other texts.`,
  );

const readFile = (file: string, type: string, name: string | undefined, surroundings: Surroundings): Read => {
  const content = readJson(resolve(surroundings.folder, file), file);
  if ('problem' in content) return { mistakes: [content.problem], notices: [], secrets: [], connectors: [] };
  const { value, problems, secrets } = resolveReferences(content.value, surroundings);
  const all = [...problems, ...unreadableFiles(value, surroundings.folder)];
  return {
    mistakes: all.map((problem) => ({ file, ...problem })),
    notices: shortSecretNotices(value, file),
    secrets: [...secrets, ...secretsOf(value)],
    connectors: [{ file, type, value, ...(name === undefined ? {} : { name }) }],
  };
};

/**
 * Reads the files that the list of connectors names (its first 1000), as far as the list can be understood. `main` is what reports call the main file; without
 * `types` every type is taken for known. Never throws.
 */
export const connectorFiles = (
  list: unknown,
  main: string,
  surroundings: Surroundings,
  types?: readonly string[],
): Read => {
  const read = (Array.isArray(list) ? list.slice(0, MOST_CONNECTORS) : []).map((entry: unknown, i): Read => {
    const type = textOf(entry, 'type')?.toLowerCase() ?? '';
    const file = textOf(entry, 'configuration');
    const strange: readonly FileProblem[] =
      types && type !== '' && !types.includes(type)
        ? [{ file: main, path: `connectors[${i}].type`, ...unknownType(type, types) }]
        : [];
    if (file === undefined) return { mistakes: strange, notices: [], secrets: [], connectors: [] };
    const found = readFile(file, type, textOf(entry, 'name'), surroundings);
    return { ...found, mistakes: [...strange, ...found.mistakes] };
  });
  return {
    mistakes: read.flatMap(({ mistakes }) => mistakes),
    notices: [...new Set(read.flatMap(({ notices }) => notices))],
    secrets: read.flatMap(({ secrets }) => secrets),
    connectors: read.flatMap(({ connectors }) => connectors),
  };
};
