import { resolve } from 'node:path';
import type { Problem } from '../model/codec.js';
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
  /** The class of a custom connector, if the main file names one. */
  readonly class?: string;
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

/** What is wrong with an entry whose connector nobody knows, and at which of its keys; undefined: somebody knows it. */
export type UnknownIn = (entry: {
  readonly type: string;
  readonly class?: string;
}) => (Omit<Problem, 'path'> & { readonly key: 'type' | 'class' }) | undefined;

/** What the log cannot hide within texts, said of one file. */
export const shortSecretNotices = (value: unknown, file: string): readonly string[] =>
  shortSecretsOf(value).map(
    (path) => `${file}: ${path} is so short that the log hides it under its key only, not within other texts.`,
  );

const strayIn = ({ key, ...problem }: NonNullable<ReturnType<UnknownIn>>, file: string, i: number): FileProblem => ({
  file,
  path: `connectors[${i}].${key}`,
  ...problem,
});

const readFile = (
  file: string,
  { surroundings, ...entry }: Omit<ConnectorFile, 'file' | 'value'> & { readonly surroundings: Surroundings },
): Read => {
  const content = readJson(resolve(surroundings.folder, file), file);
  if ('problem' in content) return { mistakes: [content.problem], notices: [], secrets: [], connectors: [] };
  const { value, problems, secrets } = resolveReferences(content.value, surroundings);
  const all = [...problems, ...unreadableFiles(value, surroundings.folder)];
  return {
    mistakes: all.map((problem) => ({ file, ...problem })),
    notices: shortSecretNotices(value, file),
    secrets: [...secrets, ...secretsOf(value)],
    connectors: [{ file, value, ...entry }],
  };
};

/**
 * Reads the files that the list of connectors names (its first 1000), as far as the list can be understood. `main` is what reports call the main file; without
 * `unknown` every connector is taken for known. Never throws.
 */
export const connectorFiles = (list: unknown, main: string, surroundings: Surroundings, unknown?: UnknownIn): Read => {
  const read = (Array.isArray(list) ? list.slice(0, MOST_CONNECTORS) : []).map((entry: unknown, i): Read => {
    const type = textOf(entry, 'type')?.toLowerCase() ?? '';
    const file = textOf(entry, 'configuration');
    const [name, own] = [textOf(entry, 'name'), textOf(entry, 'class')];
    const found = { type, ...(own === undefined ? {} : { class: own }) };
    const nobody = type === '' ? undefined : unknown?.(found);
    const strange = nobody === undefined ? [] : [strayIn(nobody, main, i)];
    if (file === undefined) return { mistakes: strange, notices: [], secrets: [], connectors: [] };
    const read = readFile(file, { ...found, ...(name === undefined ? {} : { name }), surroundings });
    return { ...read, mistakes: [...strange, ...read.mistakes] };
  });
  return {
    mistakes: read.flatMap(({ mistakes }) => mistakes),
    notices: [...new Set(read.flatMap(({ notices }) => notices))],
    secrets: read.flatMap(({ secrets }) => secrets),
    connectors: read.flatMap(({ connectors }) => connectors),
  };
};
