import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

/**
 * Compiles a program of this folder and gives the path of the result, so that no loader is measured with it. It lies under node_modules,
 * because from there it finds the same packages as the gateway does.
 */
export const compile = (name: 'pass-through' | 'probe'): string => {
  const source = readFileSync(new URL(`${name}.ts`, import.meta.url), 'utf8');
  const { outputText } = ts.transpileModule(source, {
    compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2023 },
  });
  const folder = new URL('../node_modules/.cache/bench/', import.meta.url);
  mkdirSync(folder, { recursive: true });
  const file = fileURLToPath(new URL(`${name}.mjs`, folder));
  writeFileSync(file, outputText);
  return file;
};
