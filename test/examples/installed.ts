import { cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import ts from 'typescript';
import { onTestFinished } from 'vitest';

const examples = resolve(import.meta.dirname, '../../examples');

/** Changes of a configuration file: its members, as they are, become these. */
type Change = (content: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>>;

/**
 * The folder of an example as a user would have it: its configuration, with these changes, and its module compiled into `extensions/TYPE`. Types are checked with
 * those of all examples. It is removed after the test.
 */
export const installed = (name: string, type: string, changes: Readonly<Record<string, Change>>): string => {
  const folder = mkdtempSync(join(tmpdir(), `${name}-`));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const extensions = join(folder, 'extensions', type);
  mkdirSync(extensions, { recursive: true });
  const compilerOptions = { target: ts.ScriptTarget.ES2023, module: ts.ModuleKind.ESNext };
  for (const file of readdirSync(join(examples, name))) {
    const path = join(examples, name, file);
    if (file.endsWith('.mts')) {
      const { outputText } = ts.transpileModule(readFileSync(path, 'utf8'), { compilerOptions });
      writeFileSync(join(extensions, `${basename(file, '.mts')}.mjs`), outputText);
    } else if (file.endsWith('.json')) {
      const content = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
      writeFileSync(join(folder, file), JSON.stringify({ ...content, ...changes[file]?.(content) }));
    } else cpSync(path, join(folder, file), { recursive: true });
  }
  return folder;
};
