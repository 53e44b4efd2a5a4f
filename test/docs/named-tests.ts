import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';

const root = resolve(import.meta.dirname, '../..');

/** A test as a document names it: `file` › "name". */
export interface NamedTest {
  readonly file: string;
  readonly name: string;
}

/** The tests that a text names. */
export const namedTests = (text: string): readonly NamedTest[] =>
  [...text.matchAll(/`(test\/[^`]+)` › "([^"]+)"/g)].map(([, file = '', name = '']) => ({ file, name }));

const quotes = ["'", '"', '`'];

/** Whether there is this test, or this group of tests: its name stands as a whole text in that file, as it is written there. */
export const isThere = ({ file, name }: NamedTest): boolean => {
  const path = resolve(root, file);
  if (!existsSync(path)) return false;
  const source = readFileSync(path, 'utf8');
  return quotes.some((quote) => source.includes(`${quote}${name}${quote}`));
};

/** A document of the project. */
export const docOf = (name: string): string => readFileSync(resolve(root, 'docs', name), 'utf8');
