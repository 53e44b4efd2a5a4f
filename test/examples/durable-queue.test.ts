import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { start } from './start.js';

it('the durable example delivers what is on disk, some of it in its next run, and ends when it is asked to', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'durable-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const numbers = async (): Promise<{ readonly stored: readonly number[]; readonly printed: readonly number[] }> => {
    const example = start('durable-queue.ts', folder);
    const of = (line: RegExp): readonly number[] =>
      example.lines().flatMap((text) => (line.test(text) ? [Number(/"n":(\d+)/.exec(text)?.[1])] : []));
    await example.until('three readings', () => of(/^on disk/).length >= 3 && of(/^{/).length >= 3);
    expect(await example.stop()).toBe(0);
    expect(example.lines().at(-1)).toBe('closed');
    return { stored: of(/^on disk/), printed: of(/^{/) };
  };
  const first = await numbers();
  expect(first.stored.slice(0, 3)).toEqual([0, 1, 2]);
  const left = first.stored.filter((n) => !first.printed.includes(n));
  expect((await numbers()).printed.slice(0, left.length)).toEqual(left);
}, 100_000);
