import { readFileSync, statSync } from 'node:fs';
import { reasonOf } from '../model/errors.js';
import type { FileProblem } from './config-invalid.js';
import { mistakeIn } from './mistake-in.js';

/** No configuration in the field comes near it. */
const LARGEST = 16 * 1024 * 1024;

/** What a file holds, or the one reason why that cannot be said. */
export type ReadJson = { readonly value: unknown } | { readonly problem: FileProblem };

const codeOf = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;

/**
 * Reads one JSON file. `name` is what a report calls it.
 *
 * Promises: never throws; a broken file is reported with line and column; reads regular files only, of at most `largest` bytes
 * (default 16 MiB) and 64 levels; a byte order mark is passed over.
 */
export const readJson = (path: string, name: string, largest = LARGEST): ReadJson => {
  const wrong = (found: string, expected: string): ReadJson => ({ problem: { file: name, path: '', found, expected } });
  try {
    const stat = statSync(path);
    if (!stat.isFile()) return wrong('something else', 'a regular file');
    if (stat.size > largest) return wrong(`a file of ${stat.size} bytes`, `at most ${largest} bytes`);
    const bytes = readFileSync(path);
    let text: string;
    try {
      text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    } catch {
      return wrong('bytes that are not UTF-8', 'text in UTF-8');
    }
    const mistake = mistakeIn(text);
    if (!mistake) return { value: JSON.parse(text) as unknown };
    const { line, column, found, expected } = mistake;
    return wrong(`${found} in line ${line}, column ${column}`, expected);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return wrong('no such file', 'a JSON file');
    return wrong(codeOf(error) ?? reasonOf(error), 'a readable JSON file');
  }
};
