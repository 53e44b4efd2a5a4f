import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

/**
 * Compiles pass-through.ts and gives the path of the result. It lies under node_modules, because from there it finds the same mqtt as
 * the gateway does.
 */
export const compilePassThrough = (): string => {
  const source = readFileSync(new URL('pass-through.ts', import.meta.url), 'utf8');
  const { outputText } = ts.transpileModule(source, {
    compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2023 },
  });
  const folder = new URL('../node_modules/.cache/bench/', import.meta.url);
  mkdirSync(folder, { recursive: true });
  const file = fileURLToPath(new URL('pass-through.mjs', folder));
  writeFileSync(file, outputText);
  return file;
};
