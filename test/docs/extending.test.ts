import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import ts from 'typescript';
import { afterAll, describe, expect, it } from 'vitest';
import { docOf } from './named-tests.js';

const root = resolve(import.meta.dirname, '../..');
const page = docOf('extending.md');
const blocks = [...page.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code = '']) => code);
const folder = mkdtempSync(join(tmpdir(), 'extending-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('docs/extending.md', () => {
  it('has code that compiles, block by block', () => {
    mkdirSync(join(folder, 'node_modules'));
    for (const name of ['rxjs', 'io-ts', 'fp-ts', '@types'])
      symlinkSync(join(root, 'node_modules', name), join(folder, 'node_modules', name));
    const files = blocks.map((code, i) => {
      const file = join(folder, `block${i}.mts`);
      writeFileSync(file, code);
      return file;
    });
    const program = ts.createProgram(files, {
      target: ts.ScriptTarget.ES2023,
      module: ts.ModuleKind.NodeNext,
      strict: true,
      exactOptionalPropertyTypes: true,
      noUncheckedIndexedAccess: true,
      noUnusedLocals: true,
      skipLibCheck: true,
      noEmit: true,
      types: ['node'],
      paths: {
        'tributary-gateway': [join(root, 'src/index.ts')],
        'tributary-gateway/testing': [join(root, 'src/testing.ts')],
      },
    });
    const mistakes = ts
      .getPreEmitDiagnostics(program)
      .filter(({ file }) => file === undefined || file.fileName.startsWith(folder))
      .map(({ file, start = 0, messageText }) => {
        const where =
          file === undefined
            ? ''
            : `${file.fileName.slice(folder.length)}:${file.getLineAndCharacterOfPosition(start).line + 1} `;
        return where + ts.flattenDiagnosticMessageText(messageText, '\n');
      });
    expect(mistakes).toEqual([]);
    expect(blocks.length).toBeGreaterThan(5);
  }, 60_000);

  it('maps every method of the Python base classes', () => {
    const methods = [
      'open',
      'close',
      'get_name',
      'get_id',
      'get_type',
      'get_config',
      'is_connected',
      'is_stopped',
      'on_attributes_update',
      'server_side_rpc_handler',
    ];
    expect(methods.filter((method) => !page.includes(`\`${method}(`))).toEqual([]);
    expect(page).toContain('`Converter.convert(config, data)`');
  });

  it('names folders of examples that there are', () => {
    const named = [...page.matchAll(/\(\.\.\/examples\/([\w-]+)\)/g)].map(([, name]) => name);
    expect(named.length).toBe(2);
    expect(readdirSync(join(root, 'examples'))).toEqual(expect.arrayContaining(named));
  });
});
