import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

interface Mutant {
  readonly name: string;
  readonly patches: readonly { readonly file: string; readonly find: string }[];
}
const root = join(import.meta.dirname, '../..');
const { mutants } = (await import(join(root, 'scripts/mutants/table.mjs'))) as { readonly mutants: readonly Mutant[] };

it.each(mutants.map(({ name, patches }) => [name, patches] as const))(
  'the mutant "%s" still finds the lines that it changes, each once',
  (_, patches) => {
    for (const { file, find } of patches)
      expect(readFileSync(join(root, file), 'utf8').split(find), `${file}: ${find}`).toHaveLength(2);
  },
);
