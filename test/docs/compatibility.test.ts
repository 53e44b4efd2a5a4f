import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { otherwise } from '../fixtures/compat/otherwise.js';

const root = join(import.meta.dirname, '../..');
const [, section = ''] = readFileSync(join(root, 'docs/compatibility.md'), 'utf8').split(
  '\n## Cases decided against\n',
);
const [table = ''] = section.split('\n## ');
const written = [...table.matchAll(/^\| `((?:common|modbus|mqtt|rest)\/[^`]+)` \|/gm)].map(([, id]) => id!);

const ids = new Map<string, unknown>(
  ['common', 'modbus', 'mqtt', 'rest'].flatMap((file) => {
    const { vectors } = JSON.parse(
      readFileSync(join(root, 'test/fixtures/compat/vectors', `${file}.json`), 'utf8'),
    ) as { vectors: readonly { kind: string; name: string; expected: unknown }[] };
    return vectors.map(({ kind, name, expected }) => [`${file}/${kind}/${name}`, expected] as const);
  }),
);

it('every case that is decided against stands in the document, and no other', () => {
  expect(written.length).toBeGreaterThan(0);
  expect([...written].sort()).toEqual([...otherwise.keys()].sort());
});

it('each of them is a case there is, and its outcome is another one', () => {
  for (const [id, instead] of otherwise) {
    expect(ids.has(id), id).toBe(true);
    expect(instead, id).not.toEqual(ids.get(id));
  }
});

it('each of them has a row with all its cells filled', () => {
  const rows = table.split('\n').filter((line) => line.startsWith('| `'));
  expect(rows).toHaveLength(otherwise.size);
  for (const row of rows)
    expect(row.split('|').map((cell) => cell.trim() !== '')).toEqual([false, true, true, true, true, false]);
});
