import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { firstValueFrom } from 'rxjs';
import { expect, test } from 'vitest';
import { openStorage } from '../../../src/operators/buffer/open-storage.js';
import type { Storage } from '../../../src/operators/buffer/open-storage.js';
import { reading, silent } from './rig.js';
import { done, folderFor, limits } from './with-store.js';

const letter = { at: 1, reason: 'never', message: reading('a', 1) };

test('memory says at start what it does not promise', async () => {
  const warnings: string[] = [];
  const log = { ...silent, warn: (text: string) => void warnings.push(text) };
  const plan = { kind: 'memory', folder: '/nowhere', limits, deadLetters: 10 } as const;
  const { store, deadLetters } = await firstValueFrom(openStorage(plan, { limits, log, fact: () => undefined }));
  expect(store.durable).toBe(false);
  expect(warnings).toEqual([expect.stringMatching(/lost when the gateway ends/)]);
  await done(deadLetters([letter]));
});

test.each([
  { most: 10, kept: true },
  { most: 0, kept: false },
])('sqlite keeps dead letters in the same folder, unless there shall be none: $most', ({ most, kept }) =>
  folderFor(async (folder) => {
    const plan = { kind: 'sqlite', folder, limits, deadLetters: most } as const;
    await new Promise<void>((resolve, reject) => {
      const use = async ({ store, deadLetters }: Storage): Promise<void> => {
        expect(store.durable).toBe(true);
        await done(deadLetters([letter]));
        await done(store.close());
      };
      openStorage(plan, { limits, log: silent, fact: () => undefined }).subscribe({
        next: (storage) => void use(storage).then(resolve, reject),
        error: reject,
      });
    });
    const content = (): string => readFileSync(join(folder, 'dead-letters.jsonl'), 'utf8');
    if (kept) expect(JSON.parse(content())).toEqual(letter);
    else expect(content).toThrow(/ENOENT/);
  }),
);
