import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Problem } from '../model/codec.js';
import { reasonOf } from '../model/errors.js';
import { isContent, isSecretKey } from '../model/secret.js';

/** Where references lead. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Relative file names start here. */
  readonly folder: string;
}

export interface Resolved {
  readonly value: unknown;
  readonly problems: readonly Problem[];
  /** What the references stood for, file names of certificates and keys aside: for the log to hide. */
  readonly secrets: readonly string[];
}

const LARGEST = 64 * 1024;
const reference = /^\$\{(env|file):([^}]+)\}$/;
const sections: ReadonlySet<string> = new Set(['security', 'provisioning']);
const fileName = /cert$|private_?key$/i;

const contentOf = (path: string): string => {
  const stat = statSync(path);
  if (!stat.isFile()) throw new Error('it is no regular file');
  if (stat.size > LARGEST) throw new Error(`it has ${stat.size} bytes, more than ${LARGEST}`);
  return readFileSync(path, 'utf8').replace(/\r?\n$/, '');
};

/** The text that a reference stands for, or what is wrong with it. */
const lookUp = (kind: string, name: string, { env, folder }: Surroundings): string | Omit<Problem, 'path'> => {
  if (kind === 'env') {
    const value = Object.hasOwn(env, name) ? env[name] : undefined;
    if (value !== undefined && value !== '') return value;
    return { found: 'nothing', expected: `the environment variable ${name} to be set` };
  }
  try {
    const text = contentOf(resolve(folder, name));
    return text === '' ? { found: 'an empty file', expected: `a secret in the file ${name}` } : text;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : reasonOf(error);
    return { found: code === 'ENOENT' ? 'no such file' : code, expected: `a readable file ${name}` };
  }
};

/**
 * Puts secrets in their place: a text that is `${env:NAME}` or `${file:PATH}` and nothing else becomes what the variable or the file holds (less
 * one line break at its end), if it stands anywhere in a `security` or `provisioning` section or under a key that names a secret.
 * Anywhere else such a text means itself, for converters have placeholders of their own.
 *
 * Promises: never throws; the input is not touched; a reference that leads nowhere is a problem with its path, and shows no secret.
 */
export const resolveReferences = (input: unknown, surroundings: Surroundings): Resolved => {
  const problems: Problem[] = [];
  const secrets: string[] = [];
  const text = (value: string, key: string, path: string): string => {
    const [, kind, name] = reference.exec(value) ?? [];
    if (kind === undefined || name === undefined) return value;
    const found = lookUp(kind, name, surroundings);
    if (typeof found !== 'string') {
      problems.push({ path, ...found });
      return value;
    }
    if (!fileName.test(key) || isContent(found)) secrets.push(found);
    return found;
  };
  const walk = (value: unknown, key: string, path: string, within: boolean): unknown => {
    if (typeof value === 'string') return within ? text(value, key, path) : value;
    if (Array.isArray(value)) return value.map((item, i) => walk(item, key, `${path}[${i}]`, within));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([name, item]) => {
        const at = path === '' ? name : `${path}.${name}`;
        return [name, walk(item, name, at, within || sections.has(name) || isSecretKey(name))];
      }),
    );
  };
  const value = walk(input, '', '', false);
  return { value, problems, secrets };
};
