import { readFileSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import * as front from '../../src/index.js';
import * as testing from '../../src/testing.js';

const root = resolve(import.meta.dirname, '../..');
const page = readFileSync(join(root, 'docs/library.md'), 'utf8');
/** Those in a folder of their own are what docs/extending.md is about. */
const examples = readdirSync(join(root, 'examples')).filter((name) => name.endsWith('.ts'));

describe('docs/library.md', () => {
  it.each(examples)('shows %s as it is', (name) => {
    const code = readFileSync(join(root, 'examples', name), 'utf8').trimEnd();
    expect(page.includes(`\`\`\`ts\n${code}\n\`\`\`\n`)).toBe(true);
  });

  it('shows no other code than the examples and the contracts in src', () => {
    const contracts = readFileSync(join(root, 'src/model/component.ts'), 'utf8').split('\n');
    const blocks = [...page.matchAll(/^```ts\n(.*?)\n```$/gms)].map(([, code]) => code!);
    const known = examples.map((name) => readFileSync(join(root, 'examples', name), 'utf8').trimEnd());
    const others = blocks.filter((block) => !known.includes(block)).flatMap((block) => block.split('\n'));
    expect(others.length).toBeGreaterThan(0);
    expect(others.filter((line) => !contracts.includes(line))).toEqual([]);
  });

  it('calls only functions that there are', () => {
    const called = [...page.matchAll(/`(\w+)\(\)`/g)].map(([, name]) => name!);
    const known = new Set([...Object.keys(front), ...Object.keys(testing), 'ack']);
    expect(called.filter((name) => !known.has(name))).toEqual([]);
    expect(called.length).toBeGreaterThan(0);
  });
});
