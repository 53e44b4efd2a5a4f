import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { scenarios } from '../../prove/catalogue.js';

test('each scenario has a name of its own and one sentence', () => {
  expect(new Set(scenarios.map(({ name }) => name)).size).toBe(scenarios.length);
  for (const { name, says } of scenarios) {
    expect(name).toMatch(/^[a-z]+(-[a-z]+)*$/);
    expect(says).toMatch(/^[A-Zk][^]*\.$/);
  }
});

test('the document has a row for each, and no other', () => {
  const docs = readFileSync(join(import.meta.dirname, '../../docs/proving.md'), 'utf8');
  const [, section = ''] = docs.split('\n### The scenarios\n');
  const [table = ''] = section.split('\n### ');
  const written = [...table.matchAll(/^\| (`[^|]+`) \|/gm)].flatMap(([, names]) =>
    [...names!.matchAll(/`([^`]+)`/g)].map(([, name]) => name!),
  );
  expect(written.sort()).toEqual(scenarios.map(({ name }) => name).sort());
});
